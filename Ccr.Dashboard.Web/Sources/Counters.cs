namespace Ccr.Dashboard.Web.Sources;

/// <summary>
/// The counters of one usage series. In the series "total" a request is one that a client sent and a failure is one of those; in the series of a
/// provider, model or target a request is an answer it gave and a failure a try that failed. Redis holds only fields that were ever counted, so an absent field of a hash that
/// exists is zero.
/// </summary>
public sealed record Counters
{
    public long Requests { get; init; }

    public long Failures { get; init; }

    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    public long CacheReadTokens { get; init; }

    public long CacheWriteTokens { get; init; }

    public long ReasoningTokens { get; init; }

    public long DurationMs { get; init; }

    /// <summary>Dollars in millionths; <see cref="CostPico"/> has the rest.</summary>
    public long CostMicro { get; init; }

    /// <summary>Dollars in 10^-12, beside <see cref="CostMicro"/>.</summary>
    public long CostPico { get; init; }

    /// <summary>Requests or tries whose cost is not known.</summary>
    public long UnpricedRequests { get; init; }

    /// <summary>Dollars spent, as far as prices are known; null when something cost and nothing is known.</summary>
    public decimal? Cost => (CostMicro / 1e6m) + (CostPico / 1e12m) is var cost && cost == 0 && UnpricedRequests > 0 ? null : cost;

    /// <summary>Input tokens that came from the provider's prompt cache, 0 to 1; null without input.</summary>
    public double? CacheShare => InputTokens > 0 ? Math.Min(1, (double)CacheReadTokens / InputTokens) : null;

    /// <summary>Mean duration of a request in milliseconds; null when there were none.</summary>
    public double? MeanDurationMs => Requests > 0 ? (double)DurationMs / Requests : null;

    /// <summary>The same of what the proxy told.</summary>
    public static Counters Of(UsageCount count)
    {
        var cost = count.CostUsd ?? 0;
        var micro = decimal.Truncate(cost * 1e6m);
        return new()
        {
            Requests = count.Requests ?? 0,
            Failures = count.Failures ?? 0,
            InputTokens = count.InputTokens ?? 0,
            OutputTokens = count.OutputTokens ?? 0,
            CacheReadTokens = count.CacheReadTokens ?? 0,
            CacheWriteTokens = count.CacheCreationTokens ?? 0,
            ReasoningTokens = count.ReasoningTokens ?? 0,
            DurationMs = (long)Math.Round((count.AvgDurationSeconds ?? 0) * 1000 * (count.Requests ?? 0)),
            CostMicro = (long)micro,
            CostPico = (long)(((cost * 1e6m) - micro) * 1e6m),
            UnpricedRequests = count.UnpricedRequests ?? 0,
        };
    }

    /// <summary>Reads a hash; null when it does not exist.</summary>
    public static Counters? FromHash(IReadOnlyCollection<KeyValuePair<string, long>> fields)
    {
        if (fields.Count == 0)
        {
            return null;
        }

        var values = new Dictionary<string, long>(fields);
        long Value(string name) => values.GetValueOrDefault(name);
        return new Counters
        {
            Requests = Value("requests"),
            Failures = Value("failures"),
            InputTokens = Value("input_tokens"),
            OutputTokens = Value("output_tokens"),
            CacheReadTokens = Value("cache_read_tokens"),
            CacheWriteTokens = Value("cache_write_tokens"),
            ReasoningTokens = Value("reasoning_tokens"),
            DurationMs = Value("duration_ms"),
            CostMicro = Value("cost_micro"),
            CostPico = Value("cost_pico"),
            UnpricedRequests = Value("unpriced_requests"),
        };
    }
}
