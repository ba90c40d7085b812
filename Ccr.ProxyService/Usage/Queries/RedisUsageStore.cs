using Ccr.ServiceDefaults;
using StackExchange.Redis;

namespace Ccr.ProxyService.Usage;

/// <summary>The counters of all replicas, as of their last flushes.</summary>
internal sealed class RedisUsageStore(IDatabase redis) : IUsageStore
{
    /// <inheritdoc/>
    public string Source => "redis";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> SeriesAsync(string prefix)
    {
        var all = await redis.SetMembersAsync(RedisKeys.Series).ConfigureAwait(false);
        return [.. all.Select(s => s.ToString()).Where(s => s.StartsWith(prefix, StringComparison.Ordinal))];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> SessionsAsync(long sinceMs)
    {
        var ids = await redis.SortedSetRangeByScoreAsync(RedisKeys.Sessions, sinceMs, double.PositiveInfinity, order: Order.Descending).ConfigureAwait(false);
        return [.. ids.Select(id => id.ToString())];
    }

    /// <inheritdoc/>
    public Task<long[]?[]> ReadAsync(IReadOnlyList<UsageAddress> addresses) => Task.WhenAll(addresses.Select(ReadAsync));

    /// <inheritdoc/>
    public async Task<string?[]> ApplicationsAsync(IReadOnlyList<string> sessions)
    {
        var values = await Task.WhenAll(sessions.Select(id => redis.HashGetAsync(RedisKeys.Usage(RedisKeys.Session(id)), SessionFields.Application))).ConfigureAwait(false);
        return [.. values.Select(v => (string?)v)];
    }

    /// <inheritdoc/>
    public Task<SessionState?[]> ReadSessionsAsync(IReadOnlyList<string> sessions) => Task.WhenAll(sessions.Select(ReadSessionAsync));

    private async Task<long[]?> ReadAsync(UsageAddress address)
    {
        var key = address.Slice is { } slice ? slice.Granularity.Key(address.Series, slice.Start) : RedisKeys.Usage(address.Series);
        var entries = await redis.HashGetAllAsync(key).ConfigureAwait(false);
        return entries.Length == 0 ? null : Values(entries)[..UsageCounters.Count];
    }

    private async Task<SessionState?> ReadSessionAsync(string id)
    {
        var entries = await redis.HashGetAllAsync(RedisKeys.Usage(RedisKeys.Session(id))).ConfigureAwait(false);
        if (entries.Length == 0)
        {
            return null;
        }

        return new(
            id, Values(entries), Number(entries, SessionFields.First), Number(entries, SessionFields.Last), Text(entries, SessionFields.Application), Text(entries, SessionFields.Target));
    }

    private static long[] Values(HashEntry[] entries)
    {
        var values = new long[SessionFields.Counters.Length];
        foreach (var entry in entries)
        {
            var index = Array.IndexOf(SessionFields.Counters, entry.Name.ToString());
            if (index >= 0 && entry.Value.TryParse(out long value))
            {
                values[index] = value;
            }
        }

        return values;
    }

    private static long Number(HashEntry[] entries, string name) => Array.Find(entries, e => e.Name == name).Value.TryParse(out long value) ? value : 0;

    private static string? Text(HashEntry[] entries, string name) => Array.Find(entries, e => e.Name == name).Value;
}
