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
}
