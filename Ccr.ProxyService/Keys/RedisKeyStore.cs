using System.Text.Json;
using Ccr.ServiceDefaults;
using StackExchange.Redis;

namespace Ccr.ProxyService.Keys;

/// <summary>
/// Keys in Redis, for all replicas: a hash of id to JSON, and a number that grows with every change. A replica holds all keys in memory; it hears of a change by a message and, should that get lost,
/// sees it in the number within a second. No request waits for Redis but one with a key that nobody knows, and those together ask four times a second at most.
/// </summary>
internal sealed partial class RedisKeyStore(KeyRedis link, KeyRing ring, TimeProvider time, ILogger<RedisKeyStore> log) : BackgroundService, IKeyStore
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(250);
    private static readonly RedisChannel Channel = new(RedisKeys.VirtualKeyChanges, RedisChannel.PatternMode.Literal);

    private readonly SemaphoreSlim _gate = new(1);
    private readonly SemaphoreSlim _poke = new(0, 1);
    private Task? _subscribing;
    private long _version = -1;
    private long _refreshed;
    private bool _isTold;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<VirtualKey>> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var redis = await link.ConnectAsync(cancellationToken).ConfigureAwait(false);
            return Parse(await KeyRedis.WithinAsync(redis.GetDatabase().HashGetAllAsync(RedisKeys.VirtualKeys), KeyRedis.OwnerLimit, time, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            throw new KeyStoreException("Redis, where the keys are kept, does not answer", e);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> TryReplaceAsync(VirtualKey? before, VirtualKey? after, CancellationToken cancellationToken)
    {
        var keys = await ReadAsync(cancellationToken).ConfigureAwait(false);
        var id = (before ?? after)!.Id;
        if (after is not null && keys.Any(k => k.Id != id && k.Name.Equals(after.Name, StringComparison.OrdinalIgnoreCase)))
        {
            return false;
        }

        try
        {
            var redis = await link.ConnectAsync(cancellationToken).ConfigureAwait(false);
            var transaction = redis.GetDatabase().CreateTransaction();
            transaction.AddCondition(before is null ? Condition.HashNotExists(RedisKeys.VirtualKeys, id) : Condition.HashEqual(RedisKeys.VirtualKeys, id, Text(before)));
            _ = after is null ? transaction.HashDeleteAsync(RedisKeys.VirtualKeys, id) : transaction.HashSetAsync(RedisKeys.VirtualKeys, id, Text(after)) as Task;
            _ = transaction.StringIncrementAsync(RedisKeys.VirtualKeysVersion);
            if (!await KeyRedis.WithinAsync(transaction.ExecuteAsync(), KeyRedis.OwnerLimit, time, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            _ = redis.GetSubscriber().PublishAsync(Channel, id, CommandFlags.FireAndForget);
            await LoadAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            throw new KeyStoreException("Redis, where the keys are kept, does not answer; look with ccr key list what became of this", e);
        }
    }

    /// <inheritdoc/>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var before = Volatile.Read(ref _refreshed);
        if (link.IsAway || time.GetElapsedTime(before) < RefreshInterval || Interlocked.CompareExchange(ref _refreshed, time.GetTimestamp(), before) != before)
        {
            return;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(RefreshInterval);
        try
        {
            await LoadAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException or OperationCanceledException)
        {
            // What is not known stays unknown; the background task goes on to look.
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _gate.Dispose();
        _poke.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SubscribeAsync(stoppingToken).ConfigureAwait(false);
                await LoadAsync(stoppingToken).ConfigureAwait(false);
                _isTold = false;
                await _poke.WaitAsync(Interval, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever it was, the next look tries again; letting it out would stop the host.
                if (!_isTold)
                {
                    _isTold = true;
                    NotRead(log, e.Message);
                }

                await link.RecoverAsync(stoppingToken).ConfigureAwait(false);
            }
        }
    }

    private async Task SubscribeAsync(CancellationToken cancellationToken)
    {
        var redis = await link.ConnectAsync(cancellationToken).ConfigureAwait(false);
        if (_subscribing is null or { IsFaulted: true })
        {
            _subscribing = redis.GetSubscriber().SubscribeAsync(Channel, (_, _) => Poke());
        }

        await _subscribing.WaitAsync(KeyRedis.Limit, time, cancellationToken).ConfigureAwait(false);
    }

    private void Poke()
    {
        try
        {
            _poke.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // It looks anyway, or no longer.
        }
    }

    /// <summary>Reads the number and, when it is another one than the last time, all keys. The number is read first, so that a change in between is seen the next time.</summary>
    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var redis = await link.ConnectAsync(cancellationToken).ConfigureAwait(false);
            var database = redis.GetDatabase();
            var version = (long)await KeyRedis.WithinAsync(database.StringGetAsync(RedisKeys.VirtualKeysVersion), KeyRedis.Limit, time, cancellationToken).ConfigureAwait(false);
            if (version != _version)
            {
                ring.Replace(Parse(await KeyRedis.WithinAsync(database.HashGetAllAsync(RedisKeys.VirtualKeys), KeyRedis.Limit, time, cancellationToken).ConfigureAwait(false)));
                _version = version;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private List<VirtualKey> Parse(HashEntry[] entries)
    {
        var keys = new List<VirtualKey>(entries.Length);
        foreach (var entry in entries)
        {
            try
            {
                if (JsonSerializer.Deserialize((string)entry.Value!, KeyJson.Default.VirtualKey) is { } key)
                {
                    keys.Add(key);
                }
            }
            catch (JsonException)
            {
                Unreadable(log, entry.Name!);
            }
        }

        return keys;
    }

    private static string Text(VirtualKey key) => JsonSerializer.Serialize(key, KeyJson.Default.VirtualKey);

    [LoggerMessage(EventId = 7002, Level = LogLevel.Warning, Message = "Virtual keys are not read from Redis for now: {Reason}. Those known so far stay in force.")]
    private static partial void NotRead(ILogger log, string reason);

    [LoggerMessage(EventId = 7003, Level = LogLevel.Error, Message = "The virtual key {Id} in Redis is not what ccr wrote; it is left out.")]
    private static partial void Unreadable(ILogger log, string id);
}
