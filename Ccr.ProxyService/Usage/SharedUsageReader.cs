using System.Text.Json;
using Ccr.ServiceDefaults;
using StackExchange.Redis;

namespace Ccr.ProxyService.Usage;

/// <summary>Reads the sums of all replicas from Redis, at most once a second however often it is asked.</summary>
internal sealed class SharedUsageReader(UsageRecorder recorder, InstanceIdentity identity, RedisState state, IServiceProvider services, TimeProvider time)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(500);
    private static readonly string TierPrefix = RedisKeys.Tier("");

    private readonly Lock _lock = new();
    private Task<UsageReport>? _reading;
    private long _readAt;

    /// <summary>The shared usage; this process's own when Redis is not used or does not answer within half a second.</summary>
    public async Task<UsageReport> ReadAsync(CancellationToken cancellationToken)
    {
        if (state.IsConnected)
        {
            try
            {
                return await Latest().WaitAsync(Limit, time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is RedisException or TimeoutException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // Its own numbers are the answer then, and the report says so.
            }
        }

        return UsageReport.From(
            field => recorder.Total[field],
            recorder.Targets.Entries.Select(t => (t.Value.Name, (Func<UsageField, long>)(field => t.Value.Counters[field]))),
            recorder.ActiveStreams.Value,
            recorder.ActiveRequests.Value,
            "memory");
    }

    private Task<UsageReport> Latest()
    {
        lock (_lock)
        {
            if (_reading is null or { IsFaulted: true } or { IsCanceled: true } || (_reading.IsCompleted && time.GetElapsedTime(_readAt) > Freshness))
            {
                _readAt = time.GetTimestamp();
                _reading = Task.Run(ReadRedisAsync);
            }

            return _reading;
        }
    }

    private async Task<UsageReport> ReadRedisAsync()
    {
        var redis = services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();
        var instances = redis.HashKeysAsync(RedisKeys.Instances);
        var series = await redis.SetMembersAsync(RedisKeys.Series).ConfigureAwait(false);
        var total = ReadSeriesAsync(redis, RedisKeys.Total);
        var tiers = await Task.WhenAll(
            from name in series.Select(s => s.ToString())
            where name.StartsWith(TierPrefix, StringComparison.Ordinal)
            select ReadTierAsync(redis, name)).ConfigureAwait(false);
        var others = await Task.WhenAll(
            from instance in await instances.ConfigureAwait(false)
            where instance != identity.Name
            select redis.StringGetAsync(RedisKeys.Live(instance.ToString()))).ConfigureAwait(false);
        var (streams, requests) = Active(others);
        return UsageReport.From(await total.ConfigureAwait(false), tiers, streams, requests, "redis");
    }

    private (long Streams, long Requests) Active(RedisValue[] others)
    {
        var (streams, requests) = (recorder.ActiveStreams.Value, recorder.ActiveRequests.Value);
        foreach (var json in others)
        {
            if (json.HasValue && JsonSerializer.Deserialize((string)json!, ApiJson.Default.StatusReport) is { } other)
            {
                streams += other.ActiveStreams;
                requests += other.ActiveRequests;
            }
        }

        return (streams, requests);
    }

    private static async Task<(string Name, Func<UsageField, long> Counters)> ReadTierAsync(IDatabase redis, string series) =>
        (series[TierPrefix.Length..], await ReadSeriesAsync(redis, series).ConfigureAwait(false));

    private static async Task<Func<UsageField, long>> ReadSeriesAsync(IDatabase redis, string series)
    {
        var values = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var entry in await redis.HashGetAllAsync(RedisKeys.Usage(series)).ConfigureAwait(false))
        {
            values[entry.Name.ToString()] = (long)entry.Value;
        }

        return field => values.GetValueOrDefault(UsageCounters.Names[(int)field]);
    }
}
