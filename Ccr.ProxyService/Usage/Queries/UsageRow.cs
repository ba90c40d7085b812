using System.Text.Json.Serialization;

namespace Ccr.ProxyService.Usage;

/// <summary>The counters of one group, in all or in one bucket of time.</summary>
/// <param name="Start">Where the bucket begins, UTC; null for a row.</param>
/// <param name="Group">The target, model, key, ….</param>
/// <param name="Requests">As in /v1/usage: of clients, or answers where a group is of providers.</param>
/// <param name="CostUsd">What is known of the cost; null when something cost and nothing is known.</param>
/// <param name="AvgDurationSeconds">Of what was answered; 0 when nothing was.</param>
internal sealed record UsageRow(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTime? Start,
    string Group,
    long Requests,
    long Failures,
    long InputTokens,
    long OutputTokens,
    long CacheReadTokens,
    long CacheCreationTokens,
    [property: JsonPropertyName("cache_creation_1h_tokens")] long CacheCreationHourTokens,
    long ReasoningTokens,
    decimal? CostUsd,
    long UnpricedRequests,
    double AvgDurationSeconds)
{
    /// <summary>A row from counters by <see cref="UsageField"/>.</summary>
    public static UsageRow Of(string group, long[] values, DateTimeOffset? start = null)
    {
        var requests = Value(UsageField.Requests);
        return new(
            start?.UtcDateTime,
            group,
            requests,
            Value(UsageField.Failures),
            Value(UsageField.InputTokens),
            Value(UsageField.OutputTokens),
            Value(UsageField.CacheReadTokens),
            Value(UsageField.CacheWriteTokens),
            Value(UsageField.CacheWriteHourTokens),
            Value(UsageField.ReasoningTokens),
            UsageReport.CostOf(Value),
            Value(UsageField.UnpricedRequests),
            requests == 0 ? 0 : Value(UsageField.DurationMs) / 1000.0 / requests);

        long Value(UsageField field) => values[(int)field];
    }
}
