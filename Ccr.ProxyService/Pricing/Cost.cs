using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Pricing;

/// <summary>
/// From prices and tokens to dollars, exactly: a price has at most six decimals per million tokens, so every cost is a whole number of
/// 10^-12 dollars, and nothing is rounded anywhere.
/// </summary>
internal static class Cost
{
    // No answer has so many tokens; a provider that reports it is wrong, and its number must not overflow the sums.
    private const long MostTokens = 10_000_000_000;

    private const decimal Micro = 1_000_000m;

    /// <summary>
    /// What one answer cost; null when something was used that has no known price, or when the counts contradict each other.
    /// Cached input without a price of its own is billed as input, reasoning as output. One exception: writes for an hour are never billed at
    /// a known price for five minutes, since the hour is known to cost more.
    /// </summary>
    public static decimal? Of(ModelPrice price, in TokenUsage tokens)
    {
        var fresh = tokens.Input - tokens.CacheRead - tokens.CacheWrite;
        var minutes = tokens.CacheWrite - tokens.CacheWriteHour;
        var spoken = price.Reasoning is null ? tokens.Output : tokens.Output - tokens.Reasoning;
        var sum = 0m;
        var isKnown = Add(fresh, price.Input, tokens.Input, ref sum)
            && Add(tokens.CacheRead, price.CacheRead ?? price.Input, tokens.Input, ref sum)
            && Add(minutes, price.CacheWrite ?? price.Input, tokens.Input, ref sum)
            && Add(tokens.CacheWriteHour, price.CacheWriteHour ?? (price.CacheWrite is null ? price.Input : null), tokens.Input, ref sum)
            && Add(spoken, price.Output, tokens.Input, ref sum)
            && (price.Reasoning is null || Add(tokens.Reasoning, price.Reasoning, tokens.Input, ref sum))
            && tokens.WebSearches is >= 0 and <= MostTokens
            && (tokens.WebSearches == 0 || price.ThousandWebSearches is not null);
        return isKnown
            ? Plain((sum / Micro) + (((tokens.WebSearches * (price.ThousandWebSearches ?? 0)) + (price.ThousandRequests ?? 0)) / 1000m))
            : null;
    }

    /// <summary>A cost as two whole numbers that can be summed for ever: millionths of a dollar, and 10^-12 dollars below one of those.</summary>
    public static (long Micro, long Pico) Split(decimal cost)
    {
        var micro = decimal.Truncate(cost * Micro);
        return ((long)micro, (long)(((cost * Micro) - micro) * Micro));
    }

    /// <summary>The dollars of summed parts.</summary>
    public static decimal Join(long micro, long pico) => Plain((micro / Micro) + (pico / Micro / Micro));

    // Dividing by this drops the zeros at the end, so that the JSON says 0.0105 and not 0.010500000000.
    private static decimal Plain(decimal value) => value / 1.000000000000000000000000000000m;

    private static bool Add(long tokens, Rate? rate, long inputTokens, ref decimal sum)
    {
        if (tokens == 0)
        {
            return true;
        }

        if (tokens is < 0 or > MostTokens || rate is null)
        {
            return false;
        }

        sum += tokens * rate.At(inputTokens);
        return true;
    }
}
