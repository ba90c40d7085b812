namespace Ccr.Dashboard.Web.Sources;

/// <summary>One session of a client.</summary>
public sealed record SessionEntry
{
    public string? Id { get; init; }

    /// <summary>The client program.</summary>
    public string? Application { get; init; }

    public DateTimeOffset? FirstSeen { get; init; }

    public DateTimeOffset? LastSeen { get; init; }

    public long? Requests { get; init; }

    public long? Failures { get; init; }

    public long? InputTokens { get; init; }

    public long? OutputTokens { get; init; }

    public long? CacheReadTokens { get; init; }

    public long? CacheCreationTokens { get; init; }

    public long? ReasoningTokens { get; init; }

    /// <summary>Dollars, as far as prices are known; null when nothing is.</summary>
    public decimal? CostUsd { get; init; }

    public long? UnpricedRequests { get; init; }

    /// <summary>Requests by who within the session asked: "main", "subagent", "auxiliary".</summary>
    public IReadOnlyDictionary<string, long>? Agents { get; init; }

    /// <summary>The target that answered last, "provider,model".</summary>
    public string? Target { get; init; }
}
