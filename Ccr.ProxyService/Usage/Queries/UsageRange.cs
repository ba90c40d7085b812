namespace Ccr.ProxyService.Usage;

/// <summary>The time that an answer covers, and the slices it is made of.</summary>
/// <param name="From">Where it begins; null for the beginning of all counting.</param>
/// <param name="To">Where it ends, not included.</param>
/// <param name="Slices">In order; null when it is everything, which is counted on its own.</param>
internal sealed record UsageRange(DateTimeOffset? From, DateTimeOffset To, IReadOnlyList<UsageSlice>? Slices)
{
    /// <summary>
    /// The range of a question. Its ends are moved outwards to the finest slices that are still kept there (minutes for 25 h, hours for 35 days, days
    /// beyond), and everything between is read from the coarsest ones that fit.
    /// </summary>
    /// <param name="from">The beginning; null for the first thing counted.</param>
    /// <param name="to">The end; null for now.</param>
    /// <param name="now">The time.</param>
    /// <param name="least">The finest granularity that may be used: the interval that was asked for, or a coarser one for fewer slices.</param>
    public static UsageRange Of(DateTimeOffset? from, DateTimeOffset? to, DateTimeOffset now, Granularity least)
    {
        // What has not happened yet is 0, so that the slices of now may be read whole.
        var isOpen = to is null || to >= now;
        if (from is null && isOpen && least == Granularity.Minute)
        {
            return new(null, least.Ceiling(now), null);
        }

        var oldest = Granularity.Day.Ceiling(now - Granularity.Day.Retention());
        var begin = from is null || from < oldest ? oldest : from.Value;
        begin = Coarser(least, Finest(begin, now)).Floor(begin);
        var end = isOpen ? least.Ceiling(now) : Coarser(least, FinestEnd(begin, to!.Value, now)).Ceiling(to.Value);
        end = end > begin ? end : begin;
        List<UsageSlice> slices = [];
        var at = begin;
        while (at < end)
        {
            var granularity = Granularity.Day;
            while (granularity > least && (granularity.Floor(at) != at || (!isOpen && at + granularity.Length() > end)))
            {
                granularity--;
            }

            slices.Add(new(granularity, at));
            at += granularity.Length();
        }

        return new(begin, end, slices);
    }

    /// <summary>All slices of one granularity from the beginning to the end.</summary>
    public IReadOnlyList<UsageSlice> Every(Granularity interval)
    {
        List<UsageSlice> slices = [];
        for (var at = interval.Floor(From!.Value); at < To; at += interval.Length())
        {
            slices.Add(new(interval, at));
        }

        return slices;
    }

    /// <summary>The finest granularity that is still kept of a time.</summary>
    public static Granularity Finest(DateTimeOffset time, DateTimeOffset now) =>
        now - time < Granularity.Minute.Retention() ? Granularity.Minute
        : now - time < Granularity.Hour.Retention() ? Granularity.Hour
        : Granularity.Day;

    /// <summary>The finest granularity that is still kept of all that leads up to an end: the minutes of its hour, or the hours of its day.</summary>
    private static Granularity FinestEnd(DateTimeOffset begin, DateTimeOffset end, DateTimeOffset now)
    {
        for (var granularity = Granularity.Minute; granularity < Granularity.Day; granularity++)
        {
            var first = (granularity + 1).Floor(end);
            if (Finest(first > begin ? first : begin, now) <= granularity)
            {
                return granularity;
            }
        }

        return Granularity.Day;
    }

    private static Granularity Coarser(Granularity one, Granularity other) => one > other ? one : other;
}
