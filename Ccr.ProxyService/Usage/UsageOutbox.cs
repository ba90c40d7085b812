using System.Text.Json;
using Ccr.ServiceDefaults;

namespace Ccr.ProxyService.Usage;

/// <summary>
/// Keeps what is counted and not yet in Redis. Counters merge, so its size depends on the number of series and sessions and not on the number
/// of requests or the length of an outage. Used by one caller at a time.
/// </summary>
/// <remarks>
/// What waits has its number from the moment on in which it begins to wait, and keeps it while it grows. So a copy on disk that is older than
/// what was sent at last has the number that Redis knows, and is never counted besides it.
/// </remarks>
internal sealed class UsageOutbox(UsageRecorder recorder)
{
    /// <summary>Sessions that wait on their own; what comes then is counted as one session.</summary>
    public const int MostSessions = 20_000;

    /// <summary>Finished requests that one flush adds to the shared list at most, the newest.</summary>
    public const int MostRecent = 200;

    private readonly GrowthReader _growth = new();
    private readonly Dictionary<string, UsageDelta> _series = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (SessionState Growth, long Number)> _sessions = new(StringComparer.Ordinal);
    private readonly List<string> _recent = [];
    private long _recentNumber;
    private long _lastRecent;
    private long _lastNumber;
    private long _skipped;

    /// <summary>Grows with every change to what waits.</summary>
    public long Version { get; private set; }

    /// <summary>True when nothing waits.</summary>
    public bool IsEmpty => _series.Count + _sessions.Count + _recent.Count == 0;

    /// <summary>Moves the growth since the last call into the outbox, under the minute of <paramref name="now"/>.</summary>
    public void Take(DateTimeOffset now)
    {
        var minute = Granularity.Minute.Floor(now);
        Span<long> growth = stackalloc long[UsageCounters.Count];
        foreach (var counters in recorder.Series)
        {
            if (_growth.Take(counters, growth))
            {
                if (!_series.TryGetValue(counters.Series, out var delta))
                {
                    _series[counters.Series] = delta = new UsageDelta(counters.Series, ++_lastNumber);
                }

                delta.Add(minute, growth);
                Version++;
            }
        }

        foreach (var session in recorder.Clients.Sessions.All)
        {
            if (session.Take() is { } grown)
            {
                Add(grown);
            }
        }

        recorder.Clients.Sessions.Sweep(now, areTaken: true);
        TakeRecent();
    }

    /// <summary>
    /// Hands out what waits, as one numbered unit for each series and session and one for the recent requests; whoever takes them keeps them
    /// until Redis has them.
    /// </summary>
    /// <param name="instance">This process's name.</param>
    /// <param name="busy">Tags of units that are still under way: what waits for these goes on waiting, so that their order is kept.</param>
    /// <param name="skipped">Recent requests that the list cannot hold any more.</param>
    public List<RedisUnit> Seal(string instance, IReadOnlySet<string> busy, out long skipped)
    {
        var units = new List<RedisUnit>(_series.Count + _sessions.Count + 1);
        foreach (var (series, delta) in _series)
        {
            if (!busy.Contains(series))
            {
                units.Add(new SeriesUnit(delta, instance));
                _series.Remove(series);
            }
        }

        foreach (var (id, (growth, number)) in _sessions)
        {
            var unit = new SessionUnit(growth, instance, number);
            if (!busy.Contains(unit.Tag))
            {
                units.Add(unit);
                _sessions.Remove(id);
            }
        }

        skipped = 0;
        if (_recent.Count > 0 && !busy.Contains(RedisKeys.RecentTag))
        {
            units.Add(new RecentUnit([.. _recent], instance, _recentNumber));
            _recent.Clear();
            (skipped, _skipped) = (_skipped, 0);
        }

        return units;
    }

    /// <summary>What waits, for the disk: the sums first, the many sessions after them, the list of requests last.</summary>
    public IEnumerable<SpoolUnit> Spooled()
    {
        foreach (var delta in _series.Values)
        {
            yield return SpoolUnit.Of(delta);
        }

        foreach (var (growth, number) in _sessions.Values)
        {
            yield return SpoolUnit.Of(growth, number);
        }

        if (_recent.Count > 0)
        {
            yield return SpoolUnit.Of([.. _recent], _recentNumber);
        }
    }

    private void Add(SessionState growth)
    {
        var id = growth.Id;
        if (_sessions.Count >= MostSessions && !_sessions.ContainsKey(id))
        {
            id = UsageRecorder.Other;
        }

        _sessions[id] = _sessions.TryGetValue(id, out var waiting) ? (waiting.Growth.Plus(growth), waiting.Number) : (growth with { Id = id }, ++_lastNumber);
        Version++;
    }

    private void TakeRecent()
    {
        // A replica under full load would push everybody else's requests out of the list, and spend more on writing them there than on counting.
        var records = recorder.Recent.Read(_lastRecent, MostRecent, out var last);
        _skipped += last - _lastRecent - records.Count;
        _lastRecent = last;
        if (records.Count == 0)
        {
            return;
        }

        if (_recent.Count == 0)
        {
            _recentNumber = ++_lastNumber;
        }

        foreach (var record in records)
        {
            _recent.Add(JsonSerializer.Serialize(RequestReport.From(record), ApiJson.Default.RequestReport));
        }

        var surplus = Math.Max(0, _recent.Count - RedisKeys.RecentRequestsLength);
        _recent.RemoveRange(0, surplus);
        _skipped += surplus;
        Version++;
    }
}
