using Ccr.ServiceDefaults;

namespace Ccr.ProxyService.Usage;

/// <summary>One numbered unit on disk: of a series, of a session or of recent requests.</summary>
/// <param name="Number">Its number; with the instance and the tag it names the batch in Redis.</param>
internal sealed record SpoolUnit(long Number)
{
    /// <summary>The series; null when it is not one.</summary>
    public string? Series { get; init; }

    /// <summary>The series' growth.</summary>
    public long[]? Total { get; init; }

    /// <summary>The series' growth by minute.</summary>
    public IReadOnlyList<SpoolSlice>? Minutes { get; init; }

    /// <summary>The same of hours whose minutes are not known.</summary>
    public IReadOnlyList<SpoolSlice>? Hours { get; init; }

    /// <summary>The same of days whose hours are not known.</summary>
    public IReadOnlyList<SpoolSlice>? Days { get; init; }

    /// <summary>A session's growth; null when it is not one.</summary>
    public SessionState? Session { get; init; }

    /// <summary>Requests for the shared list, as JSON; null when it is not that.</summary>
    public IReadOnlyList<string>? Recent { get; init; }

    /// <summary>A series' growth.</summary>
    public static SpoolUnit Of(UsageDelta delta) => new(delta.Number)
    {
        Series = delta.Series,
        Total = [.. delta.Total],
        Minutes = Slices(delta.Minutes),
        Hours = Slices(delta.FoldedHours),
        Days = Slices(delta.FoldedDays),
    };

    /// <summary>A session's growth.</summary>
    public static SpoolUnit Of(SessionState growth, long number) => new(number) { Session = growth };

    /// <summary>Requests for the shared list.</summary>
    public static SpoolUnit Of(IReadOnlyList<string> recent, long number) => new(number) { Recent = recent };

    /// <summary>The unit of that process again, which may have been sent before; null when this is none.</summary>
    public RedisUnit? Restore(string instance)
    {
        if (Number <= 0)
        {
            return null;
        }

        if (Series is { Length: > 0 } series)
        {
            return Fits(Total, UsageCounters.Count) && Fit(Minutes) && Fit(Hours) && Fit(Days)
                ? new SeriesUnit(UsageDelta.Restore(series, Number, Total, Minutes ?? [], Hours ?? [], Days ?? []), instance, isDoubtful: true)
                : null;
        }

        if (Session is { Id.Length: > 0 } session)
        {
            return Fits(session.Values, SessionCounters.Count) ? new SessionUnit(session, instance, Number, isDoubtful: true) : null;
        }

        return Recent is { Count: > 0 and <= RedisKeys.RecentRequestsLength } ? new RecentUnit(Recent, instance, Number, isDoubtful: true) : null;
    }

    private static SpoolSlice[]? Slices(IReadOnlyDictionary<DateTimeOffset, long[]> slices) =>
        slices.Count == 0 ? null : [.. slices.Select(s => new SpoolSlice(s.Key.ToUnixTimeSeconds(), [.. s.Value]))];

    private static bool Fit(IReadOnlyList<SpoolSlice>? slices) =>
        slices is null || slices.All(s => Fits(s?.Values, UsageCounters.Count) && s!.At is >= 0 and < 253_402_300_800);

    private static bool Fits([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] long[]? values, int count) => values?.Length == count;
}
