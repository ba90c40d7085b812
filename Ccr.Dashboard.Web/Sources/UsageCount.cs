using System.Text.Json.Serialization;

namespace Ccr.Dashboard.Web.Sources;

/// <summary>The counters of a group, in all or in one step of time.</summary>
public sealed record UsageCount
{
    /// <summary>The target, provider, model, key, application or scenario.</summary>
    public string? Group { get; init; }

    /// <summary>When the step begins; null in a row.</summary>
    public DateTimeOffset? Start { get; init; }

    public long? Requests { get; init; }

    public long? Failures { get; init; }

    public long? InputTokens { get; init; }

    public long? OutputTokens { get; init; }

    public long? CacheReadTokens { get; init; }

    public long? CacheCreationTokens { get; init; }

    /// <summary>Of <see cref="CacheCreationTokens"/>: for an hour.</summary>
    [JsonPropertyName("cache_creation_1h_tokens")]
    public long? CacheCreationHourTokens { get; init; }

    public long? ReasoningTokens { get; init; }

    /// <summary>Dollars, as far as prices are known; null when nothing is.</summary>
    public decimal? CostUsd { get; init; }

    public long? UnpricedRequests { get; init; }

    public double? AvgDurationSeconds { get; init; }
}
