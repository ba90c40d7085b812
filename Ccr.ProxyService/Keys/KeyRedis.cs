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

    /// <summary>The longest wait for one reply.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

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

        return await connecting.WaitAsync(Limit, time, cancellationToken).ConfigureAwait(false);
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
