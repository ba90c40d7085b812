namespace Ccr.ProxyService.Usage;

/// <summary>
/// What one series grew by and Redis does not know yet: in all, and by the minute in which it was noticed. Hours and days are the sums of their
/// minutes, so that the four agree to the last token.
/// </summary>
internal sealed class UsageDelta(string series, long number)
{
    /// <summary>
    /// Minutes kept apart while Redis is away. Older ones are only known by their hour, so that an outage of days does not fill the memory.
    /// </summary>
    public const int MostMinutes = 60;

    /// <summary>Hours kept apart beyond those of the minutes; older ones are only known by their day.</summary>
    public const int MostHours = 48;

    /// <summary>Days kept apart; older ones are only in <see cref="Total"/>, and Redis would not keep them either.</summary>
    public const int MostDays = 400;

    private readonly SortedList<DateTimeOffset, long[]> _minutes = [];
    private readonly SortedList<DateTimeOffset, long[]> _foldedHours = [];
    private readonly SortedList<DateTimeOffset, long[]> _foldedDays = [];

    /// <summary>The series' name.</summary>
    public string Series => series;

    /// <summary>The number of the unit that it will be.</summary>
    public long Number => number;

    /// <summary>Growth by <see cref="UsageField"/>.</summary>
    public long[] Total { get; } = new long[UsageCounters.Count];

    /// <summary>Growth by minute, oldest first.</summary>
    public IReadOnlyDictionary<DateTimeOffset, long[]> Minutes => _minutes.AsReadOnly();

    /// <summary>Growth in hours whose minutes are not known any more; what <see cref="Minutes"/> has is not in it.</summary>
    public IReadOnlyDictionary<DateTimeOffset, long[]> FoldedHours => _foldedHours.AsReadOnly();

    /// <summary>Growth in days whose hours are not known any more.</summary>
    public IReadOnlyDictionary<DateTimeOffset, long[]> FoldedDays => _foldedDays.AsReadOnly();

    /// <summary>All growth by hour, as far as the hours are known.</summary>
    public IReadOnlyDictionary<DateTimeOffset, long[]> Hours => Sum(Granularity.Hour, _minutes, _foldedHours).AsReadOnly();

    /// <summary>All growth by day.</summary>
    public IReadOnlyDictionary<DateTimeOffset, long[]> Days => Sum(Granularity.Day, _minutes, _foldedHours, _foldedDays).AsReadOnly();

    /// <summary>Adds what was counted in a minute.</summary>
    public void Add(DateTimeOffset minute, ReadOnlySpan<long> growth)
    {
        AddTo(Total, growth);
        AddTo(At(_minutes, minute), growth);
        Fold(_minutes, MostMinutes, Granularity.Hour, _foldedHours);
        Fold(_foldedHours, MostHours, Granularity.Day, _foldedDays);
        Fold(_foldedDays, MostDays, Granularity.Day, null);
    }

    /// <summary>Puts back what was kept on disk.</summary>
    public static UsageDelta Restore(string series, long number, ReadOnlySpan<long> total, params ReadOnlySpan<IReadOnlyList<SpoolSlice>> levels)
    {
        var delta = new UsageDelta(series, number);
        AddTo(delta.Total, total);
        SortedList<DateTimeOffset, long[]>[] into = [delta._minutes, delta._foldedHours, delta._foldedDays];
        for (var i = 0; i < levels.Length; i++)
        {
            foreach (var slice in levels[i])
            {
                AddTo(At(into[i], ((Granularity)i).Floor(DateTimeOffset.FromUnixTimeSeconds(slice.At))), slice.Values);
            }
        }

        return delta;
    }

    private static void Fold(SortedList<DateTimeOffset, long[]> from, int most, Granularity coarser, SortedList<DateTimeOffset, long[]>? into)
    {
        while (from.Count > most)
        {
            if (into is not null)
            {
                AddTo(At(into, coarser.Floor(from.Keys[0])), from.Values[0]);
            }

            from.RemoveAt(0);
        }
    }

    private static SortedList<DateTimeOffset, long[]> Sum(Granularity granularity, params ReadOnlySpan<SortedList<DateTimeOffset, long[]>> parts)
    {
        SortedList<DateTimeOffset, long[]> sums = [];
        foreach (var part in parts)
        {
            foreach (var (start, growth) in part)
            {
                AddTo(At(sums, granularity.Floor(start)), growth);
            }
        }

        return sums;
    }

    private static long[] At(SortedList<DateTimeOffset, long[]> slices, DateTimeOffset start)
    {
        if (!slices.TryGetValue(start, out var values))
        {
            slices.Add(start, values = new long[UsageCounters.Count]);
        }

        return values;
    }

    private static void AddTo(long[] sum, ReadOnlySpan<long> growth)
    {
        for (var i = 0; i < growth.Length; i++)
        {
            sum[i] += growth[i];
        }
    }
}
