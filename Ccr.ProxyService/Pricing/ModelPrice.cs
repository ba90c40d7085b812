namespace Ccr.ProxyService.Pricing;

/// <summary>What a model costs, in dollars. Null is "not known", which is not the same as zero.</summary>
internal sealed record ModelPrice
{
    /// <summary>Input that no cache had a part in; also the price of cached input that has none of its own.</summary>
    public Rate? Input { get; init; }

    /// <summary>Input read from the prompt cache.</summary>
    public Rate? CacheRead { get; init; }

    /// <summary>Input written to the prompt cache for the usual time (five minutes).</summary>
    public Rate? CacheWrite { get; init; }

    /// <summary>Input written to the prompt cache for an hour.</summary>
    public Rate? CacheWriteHour { get; init; }

    /// <summary>Output; reasoning too where it has no price of its own.</summary>
    public Rate? Output { get; init; }

    /// <summary>Reasoning.</summary>
    public Rate? Reasoning { get; init; }

    /// <summary>A thousand web searches.</summary>
    public decimal? ThousandWebSearches { get; init; }

    /// <summary>A thousand requests, besides their tokens; null where a request as such costs nothing.</summary>
    public decimal? ThousandRequests { get; init; }

    /// <summary>True when no token has a price.</summary>
    public bool IsEmpty => Input is null && CacheRead is null && CacheWrite is null && CacheWriteHour is null && Output is null && Reasoning is null;
}
