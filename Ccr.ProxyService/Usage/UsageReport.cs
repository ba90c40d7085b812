using Ccr.ProxyService.Pricing;

namespace Ccr.ProxyService.Usage;

/// <summary>The answer of /v1/usage. Costs are what is known of them; null when nothing is.</summary>
/// <param name="UnpricedRequests">Requests whose cost is not, or not fully, in the total.</param>
/// <param name="Source">"redis": the sums of all replicas since the beginning; "memory": this process since its start.</param>
internal sealed record UsageReport(
    long TotalRequests,
    long TotalFailures,
    long TotalInputTokens,
    long TotalOutputTokens,
    decimal? TotalCostUsd,
    long UnpricedRequests,
    long ActiveStreams,
    long ActiveRequests,
    IReadOnlyList<UsageReport.Tier> Tiers,
    string Source)
{
    /// <summary>One route target.</summary>
    /// <param name="Name">"provider,model".</param>
    /// <param name="Requests">Answers it gave.</param>
    /// <param name="Failures">Tries that failed.</param>
    /// <param name="UnpricedRequests">Tries whose cost is not known.</param>
    /// <param name="AvgDurationSeconds">Of its answers; 0 when there are none.</param>
    internal sealed record Tier(
        [property: System.Text.Json.Serialization.JsonPropertyName("tier")] string Name,
        long Requests,
        long Failures,
        long InputTokens,
        long OutputTokens,
        long CacheReadTokens,
        long CacheCreationTokens,
        decimal? CostUsd,
        long UnpricedRequests,
        double AvgDurationSeconds);

    /// <summary>A report from counters by series, wherever they come from.</summary>
    public static UsageReport From(
        Func<UsageField, long> total, IEnumerable<(string Name, Func<UsageField, long> Counters)> tiers, long activeStreams, long activeRequests, string source) =>
        new(
            total(UsageField.Requests),
            total(UsageField.Failures),
            total(UsageField.InputTokens),
            total(UsageField.OutputTokens),
            CostOf(total),
            total(UsageField.UnpricedRequests),
            activeStreams,
            activeRequests,
            [.. tiers.OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => TierOf(t.Name, t.Counters))],
            source);

    /// <summary>The dollars in a series' counters: what is known of them, and null when something cost and nothing is known.</summary>
    public static decimal? CostOf(Func<UsageField, long> counters)
    {
        var cost = Cost.Join(counters(UsageField.CostMicro), counters(UsageField.CostPico));
        return cost == 0 && counters(UsageField.UnpricedRequests) > 0 ? null : cost;
    }

    private static Tier TierOf(string name, Func<UsageField, long> counters)
    {
        var requests = counters(UsageField.Requests);
        return new(
            name,
            requests,
            counters(UsageField.Failures),
            counters(UsageField.InputTokens),
            counters(UsageField.OutputTokens),
            counters(UsageField.CacheReadTokens),
            counters(UsageField.CacheWriteTokens),
            CostOf(counters),
            counters(UsageField.UnpricedRequests),
            requests == 0 ? 0 : counters(UsageField.DurationMs) / 1000.0 / requests);
    }
}
