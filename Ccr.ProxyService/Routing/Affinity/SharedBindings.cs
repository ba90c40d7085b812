using System.Collections.Concurrent;
using Ccr.ServiceDefaults;
using StackExchange.Redis;

namespace Ccr.ProxyService.Routing.Affinity;

/// <summary>
/// Bindings in Redis, one key for each session. They are written behind, five times a second; moves are also published, since a replica that knows a session does not ask again. A request asks
/// only about a session that this replica does not know, for two milliseconds at most, and not at all while Redis is slow or away. All of it is advice: what is lost costs a cold prompt cache.
/// </summary>
internal sealed partial class SharedBindings(AffinityTable table, LookupGate gate, AffinityCounters counters, IServiceProvider services, TimeProvider time, ILogger<SharedBindings> logger)
    : BackgroundService, ISharedBindings
{
    /// <summary>Sessions that wait to be written at most; more than that are not shared.</summary>
    public const int MostWaiting = 10_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait for the replies of one flush.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private static readonly RedisChannel Channel = new(RedisKeys.AffinityMoves, RedisChannel.PatternMode.Literal);

    private readonly ConcurrentDictionary<SessionKey, Waiting> _waiting = new();
    private volatile IConnectionMultiplexer? _redis;
    private Task<IConnectionMultiplexer>? _connecting;
    private Task? _subscribing;
    private Task? _pinging;
    private bool? _wasAnswering;

    /// <inheritdoc/>
    public ValueTask<AffinityBinding?> FindAsync(SessionKey key, CancellationToken cancellationToken)
    {
        if (_redis is not { IsConnected: true } redis || !gate.IsOpen)
        {
            counters.Skipped.Add();
            return default;
        }

        return AskAsync(redis, key, cancellationToken);
    }

    /// <inheritdoc/>
    public void Put(SessionKey key, AffinityBinding? binding, TimeSpan ttl, bool moved)
    {
        // Count takes all locks of the dictionary, but is only looked at when something is shared, which is seldom.
        if (_waiting.Count < MostWaiting)
        {
            _waiting.AddOrUpdate(key, static (_, now) => now, static (_, before, now) => now with { Moved = now.Moved || before.Moved }, new Waiting(binding, ttl, moved));
        }
    }

    /// <summary>Writes what waits, or finds out whether Redis answers. Returns within two seconds; never throws for Redis.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            var redis = await ConnectAsync(cancellationToken).ConfigureAwait(false);
            if (!gate.Answers || _waiting.IsEmpty)
            {
                await PingAsync(redis, cancellationToken).ConfigureAwait(false);
            }

            await WriteAsync(redis, cancellationToken).ConfigureAwait(false);
            SetState(true, "");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            // Whatever it was, the next flush tries again; letting it out would stop the host.
            SetState(false, e.Message);
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        if (gate.Answers)
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(Interval, time);
        var idle = 0;
        try
        {
            do
            {
                // With nothing to write, a sign of life each second is enough.
                if (!_waiting.IsEmpty || !gate.Answers || idle++ >= 4)
                {
                    idle = 0;
                    await FlushAsync(stoppingToken).ConfigureAwait(false);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync writes the rest.
        }
    }

    private async ValueTask<AffinityBinding?> AskAsync(IConnectionMultiplexer redis, SessionKey key, CancellationToken cancellationToken)
    {
        try
        {
            var value = await redis.GetDatabase().StringGetAsync(RedisKeys.Affinity(key.ToString())).WaitAsync(gate.Budget, time, cancellationToken).ConfigureAwait(false);
            var binding = AffinityBinding.Decode(value);
            (binding is null ? counters.Unknown : counters.Found).Add();
            return binding;
        }
        catch (Exception e) when (e is TimeoutException or RedisException or ObjectDisposedException)
        {
            gate.Late();
            counters.Late.Add();
            return null;
        }
    }

    private async Task<IConnectionMultiplexer> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_connecting is null or { IsFaulted: true })
        {
            _connecting = Task.Run(services.GetRequiredService<IConnectionMultiplexer>, CancellationToken.None);
        }

        var redis = await _connecting.WaitAsync(Limit, time, cancellationToken).ConfigureAwait(false);
        if (_subscribing is null or { IsFaulted: true })
        {
            _subscribing = redis.GetSubscriber().SubscribeAsync(Channel, (_, message) => Hear(message));
        }

        await _subscribing.WaitAsync(Limit, time, cancellationToken).ConfigureAwait(false);
        _redis = redis;
        return redis;
    }

    /// <summary>One ping at a time, however long it takes: a Redis that hangs must not find a heap of them when it wakes.</summary>
    private Task PingAsync(IConnectionMultiplexer redis, CancellationToken cancellationToken)
    {
        if (_pinging is null or { IsCompleted: true })
        {
            _pinging = redis.GetDatabase().PingAsync();
        }

        return _pinging.WaitAsync(Limit, time, cancellationToken);
    }

    private async Task WriteAsync(IConnectionMultiplexer redis, CancellationToken cancellationToken)
    {
        var database = redis.GetDatabase();
        var replies = new List<Task>();
        foreach (var (key, _) in _waiting)
        {
            if (!_waiting.TryRemove(key, out var waiting))
            {
                continue;
            }

            var name = RedisKeys.Affinity(key.ToString());
            var value = waiting.Binding?.Encode();
            replies.Add(value is null ? database.KeyDeleteAsync(name) : database.StringSetAsync(name, value, waiting.Ttl));
            if (waiting.Moved)
            {
                replies.Add(database.PublishAsync(Channel, $"{key}\n{value}"));
            }
        }

        await Task.WhenAll(replies).WaitAsync(Limit, time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Another replica moved a session, or this one did: then what it says is not newer.</summary>
    private void Hear(string? message)
    {
        if (message is { Length: > 32 } && message[32] == '\n' && SessionKey.TryParse(message.AsSpan(0, 32), out var key))
        {
            if (message.Length == 33)
            {
                table.Learn(key, null);
            }
            else if (AffinityBinding.Decode(message[33..]) is { } binding)
            {
                table.Learn(key, binding);
            }
        }
    }

    private void SetState(bool answers, string reason)
    {
        gate.Set(answers);
        if (answers != _wasAnswering)
        {
            _wasAnswering = answers;
            if (answers)
            {
                LogShared();
            }
            else
            {
                LogAlone(reason);
            }
        }
    }

    [LoggerMessage(EventId = 3101, Level = LogLevel.Information, Message = "Redis answers; sessions keep their target across replicas.")]
    private partial void LogShared();

    [LoggerMessage(EventId = 3102, Level = LogLevel.Warning, Message = "Redis does not answer ({Reason}); sessions keep their target on this replica only. Requests are not affected.")]
    private partial void LogAlone(string reason);

    private sealed record Waiting(AffinityBinding? Binding, TimeSpan Ttl, bool Moved);
}
