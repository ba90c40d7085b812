using Ccr.ServiceDefaults;

namespace Ccr.ProxyService.Usage;

/// <summary>
/// Keeps what is counted and not yet in Redis. Counters merge, so its size depends on the number of series and not on the number of
/// requests or the length of an outage. Used by one caller at a time.
/// </summary>
internal sealed class UsageOutbox(UsageRecorder recorder)
{
    private readonly Dictionary<UsageCounters, long[]> _taken = [];
    private readonly Dictionary<string, UsageDelta> _pending = new(StringComparer.Ordinal);
    private long _lastRecent;
    private long _lastNumber;

    /// <summary>Moves the growth since the last call into the outbox, under the minute of <paramref name="now"/>.</summary>
    public void Take(DateTimeOffset now)
    {
        var minute = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
        Span<long> growth = stackalloc long[UsageCounters.Count];
        foreach (var counters in recorder.Series)
        {
            if (!_taken.TryGetValue(counters, out var taken))
            {
                _taken[counters] = taken = new long[UsageCounters.Count];
            }

            var grew = false;
            for (var i = 0; i < growth.Length; i++)
            {
                var value = counters[(UsageField)i];
                growth[i] = value - taken[i];
                taken[i] = value;
                grew |= growth[i] != 0;
            }

            if (grew)
            {
                if (!_pending.TryGetValue(counters.Series, out var delta))
                {
                    _pending[counters.Series] = delta = new UsageDelta(counters.Series);
                }

                delta.Add(minute, growth);
            }
        }
    }

    /// <summary>
    /// Hands out what waits, as one numbered unit for each series and one for the recent requests; whoever takes them keeps them until
    /// Redis has them.
    /// </summary>
    /// <param name="instance">This process's name.</param>
    /// <param name="busy">Tags of units that are still under way: what waits for these goes on waiting, so that their order is kept.</param>
    /// <param name="skipped">Recent requests that the list cannot hold any more.</param>
    public List<RedisUnit> Seal(string instance, IReadOnlySet<string> busy, out long skipped)
    {
        var units = new List<RedisUnit>(_pending.Count + 1);
        foreach (var (series, delta) in _pending)
        {
            if (!busy.Contains(series))
            {
                units.Add(new SeriesUnit(delta, instance, ++_lastNumber));
                _pending.Remove(series);
            }
        }

        skipped = 0;
        if (!busy.Contains(RedisKeys.RecentTag))
        {
            // The ring of recent requests is as long as the list in Redis: what it has lost would be trimmed there anyway.
            var recent = recorder.Recent.Read(_lastRecent, int.MaxValue, out var last);
            skipped = last - _lastRecent - recent.Count;
            _lastRecent = last;
            if (recent.Count > 0)
            {
                units.Add(new RecentUnit(recent, instance, ++_lastNumber));
            }
        }

        return units;
    }
}
