using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Pricing;

/// <summary>What a request's input would cost, by the price book.</summary>
internal sealed class BookEstimator(PriceBook book, TimeProvider time) : IPriceEstimator
{
    /// <inheritdoc/>
    public double? InputUsd(RouteTarget target, long inputTokens) =>
        book.Find(target.Provider, target.Model, time.GetUtcNow()) is { } price && Cost.Of(price, TokenUsage.From(new(inputTokens, 0, 0, 0, 0))) is { } cost ? (double)cost : null;
}
