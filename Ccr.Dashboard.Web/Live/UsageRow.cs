using Ccr.Dashboard.Web.Sources;

namespace Ccr.Dashboard.Web.Live;

/// <summary>One line of a usage table.</summary>
public sealed record UsageRow
{
    /// <summary>The provider, model or target.</summary>
    public string Name { get; init; } = "";

    /// <summary>What was counted.</summary>
    public Counters Counters { get; init; } = new();

    /// <summary>Its part of all answers in the table, 0 to 1.</summary>
    public double Share { get; init; }

    /// <summary>Failed requests of all requests, 0 to 1, where requests of clients are counted; null when there were none.</summary>
    public double? FailedRequestShare => Counters.Requests > 0 ? (double)Counters.Failures / Counters.Requests : null;

    /// <summary>Failed tries of all tries, 0 to 1; null when there were none.</summary>
    public double? FailureShare => Counters.Requests + Counters.Failures is > 0 and var tries ? (double)Counters.Failures / tries : null;

    /// <summary>The groups that the proxy told of, busiest first.</summary>
    public static IReadOnlyList<UsageRow> From(IReadOnlyList<UsageCount> counts)
    {
        var all = Math.Max(1, counts.Sum(c => c.Requests ?? 0));
        return [.. counts
            .Select(c => new UsageRow { Name = c.Group ?? "", Counters = Counters.Of(c), Share = (double)(c.Requests ?? 0) / all })
            .OrderByDescending(r => r.Counters.Requests).ThenBy(r => r.Name, StringComparer.Ordinal)];
    }

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
