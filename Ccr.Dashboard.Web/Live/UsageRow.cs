using Ccr.Dashboard.Web.Sources;

namespace Ccr.Dashboard.Web.Live;

/// <summary>One line of a usage table.</summary>
internal sealed record UsageRow
{
    /// <summary>The provider, model or target.</summary>
    public string Name { get; init; } = "";

    /// <summary>What was counted.</summary>
    public Counters Counters { get; init; } = new();

    /// <summary>Its part of all answers in the table, 0 to 1.</summary>
    public double Share { get; init; }

    /// <summary>Failed tries of all tries, 0 to 1; null when there were none.</summary>
    public double? FailureShare => Counters.Requests + Counters.Failures is > 0 and var tries ? (double)Counters.Failures / tries : null;

    /// <summary>The series of one kind ("provider:"), busiest first.</summary>
    public static IReadOnlyList<UsageRow> FromSeries(IReadOnlyDictionary<string, Counters> series, string prefix)
    {
        var chosen = series.Where(s => s.Key.StartsWith(prefix, StringComparison.Ordinal)).ToArray();
        var all = Math.Max(1, chosen.Sum(s => s.Value.Requests));
        return [.. chosen
            .Select(s => new UsageRow { Name = s.Key[prefix.Length..], Counters = s.Value, Share = (double)s.Value.Requests / all })
            .OrderByDescending(r => r.Counters.Requests).ThenBy(r => r.Name, StringComparer.Ordinal)];
    }
}
