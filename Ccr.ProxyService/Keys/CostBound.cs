using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Pricing;

namespace Ccr.ProxyService.Keys;

/// <summary>The most that one answer to a request can cost.</summary>
internal static class CostBound
{
    private const decimal Million = 1_000_000m;

    /// <summary>Dollars at a price, for at most so many tokens; null when the price of what will surely be used is not known.</summary>
    public static decimal? Of(ModelPrice price, long input, long output)
    {
        if (price.Input is null || price.Output is null)
        {
            return null;
        }

        var most = Math.Max(price.Input.At(input), Math.Max(price.CacheWrite?.At(input) ?? 0, price.CacheWriteHour?.At(input) ?? 0));
        var spoken = Math.Max(price.Output.At(input), price.Reasoning?.At(input) ?? 0);
        return (((input * most) + (output * spoken)) / Million) + ((price.ThousandRequests ?? 0) / 1000m);
    }

    /// <summary>Whether a target has a price.</summary>
    public static bool IsPriced(PriceBook book, RouteTarget target, DateTimeOffset at) => book.Find(target.Provider, target.Model, at) is { Input: not null, Output: not null };

    /// <summary>Dollars at the dearest of the targets; those without a price cost nothing.</summary>
    public static decimal Of(PriceBook book, IReadOnlyList<RouteTarget> targets, long input, long output, DateTimeOffset at)
    {
        var most = 0m;
        for (var i = 0; i < targets.Count; i++)
        {
            most = Math.Max(most, (book.Find(targets[i].Provider, targets[i].Model, at) is { } price ? Of(price, input, output) : null) ?? 0);
        }

        return most;
    }
}
