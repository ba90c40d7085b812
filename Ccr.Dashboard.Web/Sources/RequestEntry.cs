using System.Text.Json.Serialization;

namespace Ccr.Dashboard.Web.Sources;

/// <summary>One finished request: an item of <c>GET /api/requests</c> and of the Redis stream. Holds no user text.</summary>
public sealed record RequestEntry
{
    public string? Id { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public double? DurationMs { get; init; }

    /// <summary>Time to the first content of the answer.</summary>
    public double? TtftMs { get; init; }

    /// <summary>Time that was not spent waiting for providers.</summary>
    public double? OverheadMs { get; init; }

    public string? ClientDialect { get; init; }

    public string? ClientApplication { get; init; }

    /// <summary>The client's session: its own name for it, or "conversation-" and a digest.</summary>
    public string? Session { get; init; }

    /// <summary>Who within the session asked: "main", "subagent" or "auxiliary".</summary>
    public string? Agent { get; init; }

    /// <summary>The id of the key that it came with.</summary>
    public string? Key { get; init; }

    public string? RequestedModel { get; init; }

    public string? Scenario { get; init; }

    public string? RouteReason { get; init; }

    /// <summary>Input tokens that routing counted; null when no rule needed them.</summary>
    public long? RoutingTokens { get; init; }

    /// <summary>"service", "local", "estimate" or "size".</summary>
    public string? RoutingTokensSource { get; init; }

    /// <summary>Every try, in order.</summary>
    public IReadOnlyList<AttemptEntry>? Attempts { get; init; }

    /// <summary>The provider of the last try, which answered unless <see cref="Failure"/> says otherwise.</summary>
    public string? Provider { get; init; }

    public string? Model { get; init; }

    public bool? Streaming { get; init; }

    /// <summary>The HTTP status that the client got; 499 when it left first.</summary>
    public int? Status { get; init; }

    /// <summary>A short word for what failed; null for a complete answer.</summary>
    public string? Failure { get; init; }

    public long? InputTokens { get; init; }

    public long? CacheReadTokens { get; init; }

    public long? CacheWriteTokens { get; init; }

    /// <summary>Of <see cref="CacheWriteTokens"/>: for five minutes.</summary>
    [JsonPropertyName("cacheWrite5mTokens")]
    public long? CacheWriteMinutesTokens { get; init; }

    /// <summary>Of <see cref="CacheWriteTokens"/>: for an hour.</summary>
    [JsonPropertyName("cacheWrite1hTokens")]
    public long? CacheWriteHourTokens { get; init; }

    public long? OutputTokens { get; init; }

    public long? ReasoningTokens { get; init; }

    /// <summary>Output tokens per second after the first content; streams only.</summary>
    public double? TokensPerSecond { get; init; }

    /// <summary>Dollars; null when it is not known.</summary>
    public decimal? CostUsd { get; init; }

    public string? StopReason { get; init; }

    /// <summary>True when the client got a complete answer.</summary>
    [JsonIgnore]
    public bool Succeeded => string.IsNullOrEmpty(Failure) && Status is < 400;

    /// <summary>True when the client went away before the end: nobody's failure.</summary>
    [JsonIgnore]
    public bool ClientLeft => Status == 499;

    /// <summary>True when a provider reported tokens. No answer has none at all, so that zero everywhere is "not reported".</summary>
    [JsonIgnore]
    public bool HasTokens => InputTokens > 0 || OutputTokens > 0;
}
