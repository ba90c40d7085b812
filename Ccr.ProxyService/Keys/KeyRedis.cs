using StackExchange.Redis;

namespace Ccr.ProxyService.Keys;

/// <summary>The way to Redis for keys and their books, and whether it is open.</summary>
internal sealed class KeyRedis(IServiceProvider services, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private Task<IConnectionMultiplexer>? _connecting;
    private Task? _recovering;
    private volatile bool _isAway;

    // A reply passes through the thread pool several times on its way.
    private const int Hops = 8;

    /// <summary>The longest wait for one reply.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>The same where the owner changes keys: they can wait.</summary>
    public static readonly TimeSpan OwnerLimit = TimeSpan.FromSeconds(10);

    // The first connection may come about in the middle of everything else that starts.
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);

    /// <summary>True after an exchange that failed, until a ping is answered.</summary>
    public bool IsAway => _isAway;

    /// <summary>The connection, which the first one who asks makes.</summary>
    /// <exception cref="TimeoutException">It does not come about in time.</exception>
    public async Task<IConnectionMultiplexer> ConnectAsync(CancellationToken cancellationToken)
    {
        Task<IConnectionMultiplexer> connecting;
        lock (_lock)
        {
            if (_connecting is null or { IsFaulted: true })
            {
                _connecting = Task.Run(services.GetRequiredService<IConnectionMultiplexer>, CancellationToken.None);
            }

            connecting = _connecting;
        }

        return await connecting.WaitAsync(ConnectLimit, time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Waits for a reply. One that has come, but waits in this process behind a burst of other work, counts as come: a busy moment here must not be taken for a Redis that is away, which may let limits be
    /// exceeded.
    /// </summary>
    /// <exception cref="TimeoutException">None has come.</exception>
    public static async Task<T> WithinAsync<T>(Task<T> reply, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            return await reply.WaitAsync(limit, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            for (var i = 0; i < Hops && !reply.IsCompleted; i++)
            {
                // Behind everything that waits for a thread now.
                var turn = new TaskCompletionSource();
                ThreadPool.UnsafeQueueUserWorkItem(static t => t.SetResult(), turn, preferLocal: false);
                await turn.Task.ConfigureAwait(false);
            }

            if (!reply.IsCompleted)
            {
                throw;
            }

            return await reply.ConfigureAwait(false);
        }
    }

    /// <summary>Says that an exchange failed; completes when Redis answers again. One ping at a time, however many wait.</summary>
    public Task RecoverAsync(CancellationToken stopping)
    {
        lock (_lock)
        {
            _isAway = true;
            return _recovering is null or { IsCompleted: true } ? _recovering = PingAsync(stopping) : _recovering;
        }
    }

    private async Task PingAsync(CancellationToken stopping)
    {
        await Task.Yield();
        Task? ping = null;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var redis = await ConnectAsync(stopping).ConfigureAwait(false);
                ping = ping is null or { IsCompleted: true } ? redis.GetDatabase().PingAsync() : ping;
                await ping.WaitAsync(Limit, time, stopping).ConfigureAwait(false);
                _isAway = false;
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Whatever it was, the next ping tells whether it is over.
                await Task.Delay(Pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
