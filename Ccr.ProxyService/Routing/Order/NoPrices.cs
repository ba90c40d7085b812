using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Routing.Order;

/// <summary>Knows no price: the order by cost is the configured one.</summary>
internal sealed class NoPrices : ITargetPrices
{
    /// <inheritdoc/>
    public decimal? InputPrice(RouteTarget target) => null;
}
