namespace Ccr.ProxyService.Routing.Order;

/// <summary>What decides the order in which targets are tried (Router.order).</summary>
internal enum OrderMode
{
    /// <summary>The first stays first while it is healthy, those behind it go by observed latency.</summary>
    Latency,

    /// <summary>As configured.</summary>
    Priority,

    /// <summary>The cheapest first.</summary>
    Cost,

    /// <summary>The first is drawn by the providers' weights.</summary>
    Weighted,

    /// <summary>The one with the fewest requests in work first.</summary>
    LeastBusy,
}
