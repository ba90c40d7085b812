using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Routing.Order;

/// <summary>Tells what targets cost; asked for every request where Router.order is cost, so it neither waits nor allocates.</summary>
internal interface ITargetPrices
{
    /// <summary>The price of a million input tokens; null when it is not known.</summary>
    decimal? InputPrice(RouteTarget target);
}
