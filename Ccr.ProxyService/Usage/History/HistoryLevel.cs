namespace Ccr.ProxyService.Usage;

/// <summary>The counters of one granularity in memory: the slices of its retention, or as many of the newest as there is room for.</summary>
/// <param name="granularity">How long a slice is.</param>
/// <param name="most">Most cells, one for each series in each slice in which it grew.</param>
internal sealed class HistoryLevel(Granularity granularity, int most)
{
    private readonly SortedList<DateTimeOffset, Dictionary<string, long[]>> _slices = [];
    private int _cells;

    /// <summary>How many cells there are.</summary>
    public int Cells => _cells;

    /// <summary>The counters of that series in the slice that begins then; null when nothing was counted.</summary>
    public long[]? Find(string series, DateTimeOffset start) => _slices.TryGetValue(start, out var slice) ? slice.GetValueOrDefault(series) : null;

    /// <summary>Adds what a series grew by.</summary>
    public void Add(string series, DateTimeOffset time, ReadOnlySpan<long> growth)
    {
        var start = granularity.Floor(time);
        if (!_slices.TryGetValue(start, out var slice))
        {
            _slices.Add(start, slice = new(StringComparer.Ordinal));
        }

        if (!slice.TryGetValue(series, out var values))
        {
            slice.Add(series, values = new long[UsageCounters.Count]);
            _cells++;
        }

        for (var i = 0; i < growth.Length; i++)
        {
            values[i] += growth[i];
        }
    }

    /// <summary>Forgets what is older than the retention, and the oldest when there is too much.</summary>
    public void Trim(DateTimeOffset now)
    {
        while (_slices.Count > 1 && (_cells > most || _slices.Keys[0] + granularity.Retention() < now))
        {
            _cells -= _slices.Values[0].Count;
            _slices.RemoveAt(0);
        }
    }
}
