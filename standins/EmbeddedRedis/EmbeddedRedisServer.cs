using System.Net;
using System.Net.Sockets;
using Ccr.Standins.EmbeddedRedis.Persistence;
using Ccr.Standins.EmbeddedRedis.Server;

namespace Ccr.Standins.EmbeddedRedis;

/// <summary>
/// A server that speaks the Redis protocol, for machines without Redis and for tests. It stands in for redis-server 7.0: what it offers
/// answers byte for byte alike; what it leaves out (scripts, clustering, replication, modules, access lists, bit operations,
/// consumer groups, ...) answers as an unknown command. docs/embedded-redis.md lists both.
/// </summary>
public sealed class EmbeddedRedisServer : IAsyncDisposable
{
    private static readonly TimeSpan CollectInterval = TimeSpan.FromMilliseconds(100);
    private readonly EmbeddedRedisOptions _options;
    private readonly Socket _listener;
    private readonly Engine _engine;
    private readonly CancellationTokenSource _stopping = new();
    private readonly HashSet<Connection> _connections = [];
    private readonly Lock _gate = new();
    private readonly List<Task> _loops = [];
    private readonly SnapshotFile? _snapshot;
    private TaskCompletionSource _noConnections = Completed();
    private int _disposed;

    private EmbeddedRedisServer(EmbeddedRedisOptions options, Engine engine, Socket listener, SnapshotFile? snapshot)
    {
        _options = options;
        _engine = engine;
        _listener = listener;
        _snapshot = snapshot;
        Endpoint = (IPEndPoint)listener.LocalEndPoint!;
        engine.Port = Endpoint.Port;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Loads the snapshot, if any, and listens.</summary>
    /// <exception cref="SnapshotException">The snapshot cannot be read; the message is one clear line.</exception>
    /// <exception cref="SocketException">The address or port cannot be had.</exception>
    public static async Task<EmbeddedRedisServer> StartAsync(EmbeddedRedisOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var engine = new Engine(options);
        var snapshot = options.SnapshotPath is null ? null : new SnapshotFile(options.SnapshotPath);
        if (snapshot is not null)
        {
            await snapshot.LoadAsync(engine, cancellationToken).ConfigureAwait(false);
        }

        var listener = new Socket(options.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(options.Address, options.Port));
            listener.Listen(512);
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        var server = new EmbeddedRedisServer(options, engine, listener, snapshot);
        server._loops.Add(server.AcceptAsync());
        server._loops.Add(server.CollectAsync());
        server._loops.Add(server.SaveAsync());
        return server;
    }

    /// <summary>Cuts all connections and saves the snapshot.</summary>
    /// <exception cref="IOException">The last snapshot could not be written.</exception>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await Task.WhenAll(_loops).ConfigureAwait(false);
        Task gone;
        lock (_gate)
        {
            foreach (var connection in _connections)
            {
                connection.Abort();
            }

            gone = _noConnections.Task;
        }

        await gone.ConfigureAwait(false);
        if (_snapshot is not null)
        {
            await _snapshot.SaveAsync(_engine, CancellationToken.None).ConfigureAwait(false);
        }

        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                _ = ServeAsync(socket);
            }
            catch (SocketException)
            {
                // The client was gone before it was accepted, or descriptors ran out: the next one may do better, a little later.
                await Task.Delay(CollectInterval, _options.TimeProvider, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        Connection connection;
        try
        {
            connection = new Connection(_engine, socket);
        }
        catch (SocketException)
        {
            // Reset before its address could be read.
            socket.Dispose();
            return;
        }

        lock (_gate)
        {
            if (_connections.Count == 0)
            {
                _noConnections = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            _connections.Add(connection);
            if (_stopping.IsCancellationRequested)
            {
                connection.Abort();
            }
        }

        try
        {
            await connection.RunAsync(_options.TimeProvider).ConfigureAwait(false);
        }
        finally
        {
            connection.Dispose();
            lock (_gate)
            {
                _connections.Remove(connection);
                if (_connections.Count == 0)
                {
                    _noConnections.TrySetResult();
                }
            }
        }
    }

    private async Task CollectAsync()
    {
        using var timer = new PeriodicTimer(CollectInterval, _options.TimeProvider);
        while (await NextAsync(timer).ConfigureAwait(false))
        {
            _engine.CollectExpired();
        }
    }

    private async Task SaveAsync()
    {
        if (_snapshot is null)
        {
            return;
        }

        using var timer = new PeriodicTimer(_options.SnapshotInterval, _options.TimeProvider);
        while (await NextAsync(timer).ConfigureAwait(false))
        {
            try
            {
                await _snapshot.SaveAsync(_engine, _stopping.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                _options.Warn($"The snapshot {_options.SnapshotPath} could not be written: {error.Message} It is tried again in {_options.SnapshotInterval.TotalSeconds:0} s.");
            }
            catch (OperationCanceledException)
            {
                // The last snapshot follows in DisposeAsync.
            }
        }
    }

    private async ValueTask<bool> NextAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}
