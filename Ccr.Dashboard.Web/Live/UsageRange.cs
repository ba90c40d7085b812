namespace Ccr.Dashboard.Web.Live;

/// <summary>A span of time that usage can be shown for.</summary>
/// <param name="Name">What it is called on the page.</param>
/// <param name="Words">What it is called in a sentence.</param>
/// <param name="Length">How long it is; null for all there is.</param>
/// <param name="Interval">The steps it is shown in: "minute", "hour" or "day".</param>
internal sealed record UsageRange(string Name, string Words, TimeSpan? Length, string Interval)
{
    /// <summary>The most steps that are drawn; days are kept for 400.</summary>
    private const int MostSteps = 401;

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<UsageRange> All =
    [
        new("1 h", "over the last hour", TimeSpan.FromHours(1), "minute"),
        new("24 h", "over the last 24 hours", TimeSpan.FromHours(24), "hour"),
        new("7 d", "over the last 7 days", TimeSpan.FromDays(7), "hour"),
        new("30 d", "over the last 30 days", TimeSpan.FromDays(30), "day"),
        new("All", "over all days that are kept", null, "day"),
    ];

    /// <summary>How long a step is.</summary>
    public TimeSpan Step => Interval switch { "minute" => TimeSpan.FromMinutes(1), "hour" => TimeSpan.FromHours(1), _ => TimeSpan.FromDays(1) };

    /// <summary>Where it begins, seen from now: at the beginning of a step, so that no step is cut; null for all there is.</summary>
    public DateTimeOffset? From(DateTimeOffset now) => Length is { } length ? Floor(now) - length + Step : null;

    /// <summary>The beginnings of its steps, oldest first: those without a count too. What has no beginning begins with the first count.</summary>
    public IReadOnlyList<DateTimeOffset> Steps(DateTimeOffset now, DateTimeOffset? first)
    {
        var last = Floor(now);
        var from = From(now) ?? Floor(first ?? now);
        var steps = new List<DateTimeOffset>();
        for (var step = from < last - (MostSteps * Step) ? last - (MostSteps * Step) : from; step <= last; step += Step)
        {
            steps.Add(step);
        }

        return steps;
    }

    /// <summary>The beginning of the step that holds a moment (UTC).</summary>
    public DateTimeOffset Floor(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % Step.Ticks), TimeSpan.Zero);
}
