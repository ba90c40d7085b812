using System.Net;
using System.Net.Sockets;

namespace Ccr.Tests.Usage;

/// <summary>Stands between a client and Redis, and can swallow replies: the commands arrive, and nobody learns of it.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<TcpClient> _clients = [];
    private readonly int _target;
    private readonly Task _accepting;
    private volatile bool _swallow;

    public Relay(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string ConnectionString => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>From now on no reply comes through.</summary>
    public void Swallow() => _swallow = true;

    /// <summary>Cuts all connections; new ones work in full.</summary>
    public void CutAndHeal()
    {
        _swallow = false;
        lock (_clients)
        {
            _clients.ForEach(c => c.Close());
            _clients.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        CutAndHeal();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                lock (_clients)
                {
                    _clients.AddRange([client, server]);
                }

                _ = PumpAsync(client, server, isReply: false);
                _ = PumpAsync(server, client, isReply: true);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // Disposed.
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, bool isReply)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            while (await from.GetStream().ReadAsync(buffer, _stop.Token) is > 0 and var length)
            {
                if (!(isReply && _swallow))
                {
                    await to.GetStream().WriteAsync(buffer.AsMemory(0, length), _stop.Token);
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // One side is gone.
        }

        from.Close();
        to.Close();
    }
}
