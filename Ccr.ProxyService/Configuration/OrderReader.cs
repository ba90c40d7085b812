using Ccr.ProxyService.Routing.Order;

namespace Ccr.ProxyService.Configuration;

/// <summary>Reads Router.order.</summary>
internal static class OrderReader
{
    /// <summary>What the file says.</summary>
    public static OrderMode Read(ConfigSection section)
    {
        OrderMode? mode = section.Text("order")?.ToUpperInvariant() switch
        {
            null or "LATENCY" => OrderMode.Latency,
            "PRIORITY" => OrderMode.Priority,
            "COST" => OrderMode.Cost,
            "WEIGHTED" => OrderMode.Weighted,
            "LEASTBUSY" => OrderMode.LeastBusy,
            _ => null,
        };
        if (mode is null)
        {
            section.Problems.Error(section.PathOf("order"), section.Find("order")!.Value.Line, "must be \"latency\", \"priority\", \"cost\", \"weighted\" or \"leastBusy\"");
        }

        return mode ?? OrderMode.Latency;
    }
}
