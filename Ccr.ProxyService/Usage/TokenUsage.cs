using Ccr.Protocols.Canonical;

namespace Ccr.ProxyService.Usage;

/// <summary>Tokens of one answer, in the neutral arithmetic: input is everything the model read.</summary>
/// <param name="Input">All input tokens, cached ones included.</param>
/// <param name="CacheRead">Of the input: read from the provider's prompt cache.</param>
/// <param name="CacheWrite">Of the input: written to the provider's prompt cache.</param>
/// <param name="Output">All output tokens, reasoning included.</param>
/// <param name="Reasoning">Of the output: reasoning.</param>
internal readonly record struct TokenUsage(long Input, long CacheRead, long CacheWrite, long Output, long Reasoning)
{
    /// <summary>Of <see cref="CacheWrite"/>: kept for an hour.</summary>
    public long CacheWriteHour { get; init; }

    /// <summary>Web searches that the provider ran.</summary>
    public long WebSearches { get; init; }

    /// <summary>True when nothing was reported.</summary>
    public bool IsZero => this == default;

    /// <summary>What a translation or a tap counted.</summary>
    public static TokenUsage From(in TokenCounts counts) =>
        new(counts.Input, counts.CacheRead, counts.CacheWrite, counts.Output, counts.Reasoning) { CacheWriteHour = counts.CacheWriteHour, WebSearches = counts.WebSearches };
}
