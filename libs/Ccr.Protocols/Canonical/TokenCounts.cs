namespace Ccr.Protocols.Canonical;

/// <summary>Tokens in the neutral arithmetic: input is everything the model read, output everything it wrote.</summary>
/// <param name="Input">All input tokens, cached ones included.</param>
/// <param name="CacheRead">Of the input: read from the prompt cache.</param>
/// <param name="CacheWrite">Of the input: written to the prompt cache.</param>
/// <param name="Output">All output tokens, reasoning included.</param>
/// <param name="Reasoning">Of the output: reasoning.</param>
public readonly record struct TokenCounts(long Input, long CacheRead, long CacheWrite, long Output, long Reasoning)
{
    /// <summary>Of <see cref="CacheWrite"/>: kept for an hour rather than five minutes, which costs more.</summary>
    public long CacheWriteHour { get; init; }

    /// <summary>Web searches that the provider ran and bills.</summary>
    public long WebSearches { get; init; }

    /// <summary>Input that was neither read from nor written to the cache: Anthropic's input_tokens.</summary>
    public long UncachedInput => Math.Max(0, Input - CacheRead - CacheWrite);

    /// <summary>What two attempts at one answer used together.</summary>
    public static TokenCounts operator +(TokenCounts a, TokenCounts b) =>
        new(a.Input + b.Input, a.CacheRead + b.CacheRead, a.CacheWrite + b.CacheWrite, a.Output + b.Output, a.Reasoning + b.Reasoning)
        {
            CacheWriteHour = a.CacheWriteHour + b.CacheWriteHour,
            WebSearches = a.WebSearches + b.WebSearches,
        };

    /// <summary>True when nothing was counted, as in the placeholder frames of some providers.</summary>
    public bool IsZero => this == default;
}
