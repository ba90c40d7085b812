using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Routing.Order;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Pricing;

/// <summary>What input costs at a target, by the price book: for the order by cost, and for dry runs.</summary>
internal sealed class BookEstimator(PriceBook book, TimeProvider time) : IPriceEstimator, ITargetPrices
{
    /// <inheritdoc/>
    public double? InputUsd(RouteTarget target, long inputTokens) =>
        Find(target) is { } price && Cost.Of(price, TokenUsage.From(new(inputTokens, 0, 0, 0, 0))) is { } cost ? (double)cost : null;

    /// <inheritdoc/>
    public decimal? InputPrice(RouteTarget target) => Find(target)?.Input?.Amount;

    private ModelPrice? Find(RouteTarget target) => book.Find(target.Provider, target.Model, time.GetUtcNow());
}
