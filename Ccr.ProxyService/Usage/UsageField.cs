namespace Ccr.ProxyService.Usage;

/// <summary>The counters of one usage series, in the order in which they are kept.</summary>
internal enum UsageField
{
    Requests,
    Failures,
    InputTokens,
    OutputTokens,
    CacheReadTokens,
    CacheWriteTokens,
    ReasoningTokens,
    DurationMs,

    /// <summary>Dollars in millionths; what is below one is in <see cref="CostPico"/>, and neither is ever carried over.</summary>
    CostMicro,

    /// <summary>Dollars in 10^-12, the rest of <see cref="CostMicro"/>.</summary>
    CostPico,

    /// <summary>Requests or tries that cost something unknown.</summary>
    UnpricedRequests,

    /// <summary>Of <see cref="CacheWriteTokens"/>: kept for an hour.</summary>
    CacheWriteHourTokens,
}
