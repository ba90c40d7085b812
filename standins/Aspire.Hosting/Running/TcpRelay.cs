using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Running;

/// <summary>One address in front of several processes: connections go round, past those that do not answer.</summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly IReadOnlyList<int> _targets;
    private readonly List<TcpListener> _listeners = [];
    private readonly List<Task> _loops = [];
    private int _next = -1;

    /// <summary>Opens the addresses of <paramref name="host"/> at once.</summary>
    public TcpRelay(string host, int port, IReadOnlyList<int> targets)
    {
        _targets = targets;
        foreach (var address in Ports.Addresses(host))
        {
            var listener = new TcpListener(address, port);
            try
            {
                listener.Start();
            }
            catch (SocketException) when (_listeners.Count > 0)
            {
                // A machine without IPv6 loopback has the other address.
                continue;
            }

            _listeners.Add(listener);
            _loops.Add(AcceptAsync(listener));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _listeners.ForEach(listener => listener.Dispose());
        await Task.WhenAll(_loops).ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        var connections = new HashSet<Task>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptSocketAsync(_stopping.Token).ConfigureAwait(false);
                connections.RemoveWhere(task => task.IsCompleted);
                connections.Add(CarryAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            await Task.WhenAll(connections).ConfigureAwait(false);
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using var near = client;
        near.NoDelay = true;
        try
        {
            using var far = await ConnectAsync().ConfigureAwait(false);
            if (far is not null)
            {
                await Task.WhenAll(CopyAsync(near, far), CopyAsync(far, near)).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone or the relay stops: closing both sockets tells the other.
        }
    }

    /// <summary>A connection to the next process that takes one; null when none does.</summary>
    private async Task<Socket?> ConnectAsync()
    {
        for (var i = 0; i < _targets.Count; i++)
        {
            var target = _targets[(int)((uint)Interlocked.Increment(ref _next) % (uint)_targets.Count)];
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, target), _stopping.Token).ConfigureAwait(false);
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose();
            }
        }

        return null;
    }

    /// <summary>Copies until <paramref name="from"/> says it is done. An error ends both directions.</summary>
    private async Task CopyAsync(Socket from, Socket to)
    {
        try
        {
            await PumpAsync(from, to).ConfigureAwait(false);
        }
        catch
        {
            from.Dispose();
            to.Dispose();
            throw;
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await from.ReceiveAsync(buffer, _stopping.Token).ConfigureAwait(false)) > 0)
        {
            var sent = 0;
            while (sent < read)
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), _stopping.Token).ConfigureAwait(false);
            }
        }

        to.Shutdown(SocketShutdown.Send);
    }
}
