using Ccr.ServiceDefaults;
using StackExchange.Redis;

namespace Ccr.ProxyService.Health;

/// <summary>
/// Tells other replicas what changed here, at once, and learns what changed there, about twice a second: one hash in Redis. While Redis is slow or away every replica goes by
/// what it sees itself; news wait, the newest on each subject, and no request notices.
/// </summary>
internal sealed partial class HealthSharing(TargetHealth health, IServiceProvider services, TimeProvider time, ILogger<HealthSharing> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(400);

    /// <summary>The longest wait for the replies of one exchange.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>How long a word stays after it is no longer in force, for replicas that have not read it.</summary>
    private static readonly TimeSpan Afterlife = TimeSpan.FromMinutes(1);

    private Task<IConnectionMultiplexer>? _connecting;
    private Task<HashEntry[]>? _pending;
    private List<KeyValuePair<string, string>> _sent = [];
    private bool _isTold;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The first connection may take its time; the start of the host does not wait for it.
        await Task.Yield();
        health.Board.Attach();
        while (!stoppingToken.IsCancellationRequested)
        {
            var changed = health.Board.Changed;
            try
            {
                await ExchangeAsync(stoppingToken).ConfigureAwait(false);
                _isTold = false;
                await changed.WaitAsync(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever it was, the next exchange tries again; letting it out would stop the host.
                if (!_isTold)
                {
                    _isTold = true;
                    NotShared(log, e.Message);
                }

                await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Writes the news and reads everybody's.</summary>
    private async Task ExchangeAsync(CancellationToken cancellationToken)
    {
        if (_pending is null)
        {
            if (await ConnectAsync(cancellationToken).ConfigureAwait(false) is not { } redis)
            {
                return;
            }

            _sent = health.Board.Take();
            _pending = SendAsync(redis.GetDatabase(), [.. _sent.Select(static n => new HashEntry(n.Key, n.Value))]);
        }

        // One that has not come within the limit is waited for again, and nothing more is sent meanwhile.
        var pending = _pending;
        HashEntry[] all;
        try
        {
            all = await pending.WaitAsync(Limit, time, cancellationToken).ConfigureAwait(false);
            _pending = null;
        }
        catch (Exception e) when (pending.IsFaulted || pending.IsCanceled)
        {
            _pending = null;
            health.Board.PutBack(_sent);
            throw new InvalidOperationException(e.Message, e);
        }

        var now = health.Now;
        List<RedisValue>? over = null;
        foreach (var entry in all)
        {
            var (subject, value) = ((string)entry.Name!, (string)entry.Value!);
            health.Adopt(subject, value);
            if (!HealthBoard.TryRead(value, out _, out var until, out _) || until + (long)Afterlife.TotalMilliseconds < now)
            {
                (over ??= []).Add(entry.Name);
            }
        }

        if (over is not null)
        {
            var redis = await ConnectAsync(cancellationToken).ConfigureAwait(false);
            await (redis?.GetDatabase().HashDeleteAsync(RedisKeys.Health, [.. over]).WaitAsync(Limit, time, cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
        }
    }

    private async Task<IConnectionMultiplexer?> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_connecting is null or { IsFaulted: true })
        {
            _connecting = Task.Run(services.GetRequiredService<IConnectionMultiplexer>, CancellationToken.None);
        }

        var redis = await _connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        return redis.IsConnected ? redis : null;
    }

    /// <summary>One round trip: the commands go out one behind the other.</summary>
    private static async Task<HashEntry[]> SendAsync(IDatabase redis, HashEntry[] news)
    {
        var written = news.Length > 0 ? redis.HashSetAsync(RedisKeys.Health, news) : Task.CompletedTask;
        var kept = news.Length > 0 ? redis.KeyExpireAsync(RedisKeys.Health, RedisKeys.HealthRetention) : Task.CompletedTask;
        var read = redis.HashGetAllAsync(RedisKeys.Health);
        await Task.WhenAll(written, kept, read).ConfigureAwait(false);
        return await read.ConfigureAwait(false);
    }

    [LoggerMessage(EventId = 2101, Level = LogLevel.Warning, Message = "The health of targets is not shared for now: {Reason}. Requests are not affected.")]
    private static partial void NotShared(ILogger log, string reason);
}
