using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Routing;

/// <summary>Knows what a request would cost.</summary>
internal interface IPriceEstimator
{
    /// <summary>The cost of so many input tokens at a target, in US dollars; null when the price is not known.</summary>
    double? InputUsd(RouteTarget target, long inputTokens);
}
