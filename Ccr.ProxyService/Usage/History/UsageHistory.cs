namespace Ccr.ProxyService.Usage;

/// <summary>
/// What this process counted, by minute, hour and day, in memory: the answer to questions about the past where there is no Redis, or it does not
/// answer. It begins with the process.
/// </summary>
/// <remarks>
/// A cell takes about 210 bytes (12 counters, an entry of a dictionary), so that the three levels together take 32 MB at most, and a usual process
/// with 20 series that are always busy 12.
/// </remarks>
internal sealed class UsageHistory(UsageRecorder recorder, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly GrowthReader _growth = new();
    private readonly HistoryLevel[] _levels = [new(Granularity.Minute, 60_000), new(Granularity.Hour, 60_000), new(Granularity.Day, 30_000)];

    /// <summary>Cells in all levels.</summary>
    public int Cells
    {
        get
        {
            lock (_lock)
            {
                return _levels.Sum(l => l.Cells);
            }
        }
    }

    /// <summary>Puts what was counted since the last call into the slices of now. Once a second, so that it comes into the right minute; and before a question.</summary>
    public void Take()
    {
        var now = time.GetUtcNow();
        Span<long> growth = stackalloc long[UsageCounters.Count];
        lock (_lock)
        {
            foreach (var counters in recorder.Series)
            {
                if (_growth.Take(counters, growth))
                {
                    foreach (var level in _levels)
                    {
                        level.Add(counters.Series, now, growth);
                    }
                }
            }

            foreach (var level in _levels)
            {
                level.Trim(now);
            }
        }
    }

    /// <summary>A copy of the counters of a series in the slice that begins then; null when nothing was counted.</summary>
    public long[]? Find(string series, Granularity granularity, DateTimeOffset start)
    {
        lock (_lock)
        {
            return _levels[(int)granularity].Find(series, start)?.AsSpan().ToArray();
        }
    }
}
