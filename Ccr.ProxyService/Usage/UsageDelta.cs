namespace Ccr.ProxyService.Usage;

/// <summary>What one series grew by and Redis does not know yet: in all, and by the minute in which it was noticed.</summary>
internal sealed class UsageDelta(string series)
{
    /// <summary>
    /// Minutes kept apart while Redis is away. Older ones lose their own entry, so that an outage of days does not fill the memory;
    /// their counts stay in <see cref="Total"/>.
    /// </summary>
    public const int MostMinutes = 60;

    private readonly SortedList<DateTimeOffset, long[]> _minutes = [];

    /// <summary>The series' name.</summary>
    public string Series { get; } = series;

    /// <summary>Growth by <see cref="UsageField"/>.</summary>
    public long[] Total { get; } = new long[UsageCounters.Count];

    /// <summary>Growth by minute, oldest first.</summary>
    public IReadOnlyDictionary<DateTimeOffset, long[]> Minutes => _minutes.AsReadOnly();

    /// <summary>Adds what was counted in a minute.</summary>
    public void Add(DateTimeOffset minute, ReadOnlySpan<long> growth)
    {
        if (!_minutes.TryGetValue(minute, out var values))
        {
            values = new long[UsageCounters.Count];
            _minutes.Add(minute, values);
            if (_minutes.Count > MostMinutes)
            {
                _minutes.RemoveAt(0);
            }
        }

        for (var i = 0; i < growth.Length; i++)
        {
            Total[i] += growth[i];
            values[i] += growth[i];
        }
    }
}
