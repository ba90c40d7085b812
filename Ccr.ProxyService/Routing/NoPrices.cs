using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Routing;

/// <summary>No price is known.</summary>
internal sealed class NoPrices : IPriceEstimator
{
    /// <inheritdoc/>
    public double? InputUsd(RouteTarget target, long inputTokens) => null;
}
