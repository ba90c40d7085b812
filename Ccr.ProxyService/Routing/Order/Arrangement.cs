using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Routing.Order;

/// <summary>
/// An order that was in force a moment ago: the next request mostly gets the same one, and then neither list nor reason is made anew. It is also what keeps targets of about the
/// same latency from changing places with every sample.
/// </summary>
/// <param name="Mode">What decided it.</param>
/// <param name="Configured">The list it is an order of.</param>
/// <param name="Sorted">The places in that list by latency alone, whether the targets could be used or not; as configured for other modes.</param>
/// <param name="Targets">The targets in order.</param>
/// <param name="Step">Why.</param>
internal sealed record Arrangement(OrderMode Mode, IReadOnlyList<RouteTarget> Configured, int[] Sorted, RouteTarget[] Targets, RouteStep Step)
{
    /// <summary>Whether it is an order of the same list by the same rule.</summary>
    public bool IsOf(OrderMode mode, IReadOnlyList<RouteTarget> targets) => mode == Mode && ReferenceEquals(targets, Configured);

    /// <summary>Whether nothing has changed since.</summary>
    public bool Is(ReadOnlySpan<int> sorted, ReadOnlySpan<int> places)
    {
        if (!sorted.SequenceEqual(Sorted))
        {
            return false;
        }

        for (var i = 0; i < places.Length; i++)
        {
            if (!ReferenceEquals(Targets[i], Configured[places[i]]))
            {
                return false;
            }
        }

        return true;
    }
}
