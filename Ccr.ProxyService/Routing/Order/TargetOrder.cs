using System.Collections.Concurrent;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Routing.Affinity;

namespace Ccr.ProxyService.Routing.Order;

/// <summary>
/// Puts the targets of a decision into the order in which they are tried: first what Router.order says, then the target where the session's prompt cache is warm
/// comes to the front. A target that the client chose itself stays first whatever happens. Works in memory only.
/// </summary>
internal sealed class TargetOrder(ITargetFacts facts, ITargetPrices prices, SessionAffinity affinity, Random random)
{
    /// <summary>The rule's name in route steps.</summary>
    public const string Rule = "order";

    /// <summary>Fewer samples than this say nothing about a target.</summary>
    public const int LeastSamples = 5;

    /// <summary>A target passes the one before it only when its latency is below this share of the other's: at least 20 % faster.</summary>
    public const double Hysteresis = 0.8;

    /// <summary>Targets of one list that are put in order; those behind keep their places.</summary>
    private const int Most = 64;

    // Ranks: those of a higher one are tried after all of a lower one.
    private const byte Fit = 0;
    private const byte OnlyFailed = 1;
    private const byte Unusable = 2;

    private static readonly RouteStep AsConfigured = new(Rule, false, "as configured");

    // By scenario; bounded by the scenarios and rules of the configuration.
    private readonly ConcurrentDictionary<string, Arrangement> _arrangements = new(StringComparer.Ordinal);

    /// <summary>The decision with its targets in order, and the steps that say why.</summary>
    public RouteDecision Arrange(RouteDecision decision, ProxyCall call)
    {
        var targets = decision.Targets;
        var isPinned = decision.Scenario == Scenario.Direct;
        var ordered = AsConfigured;
        if (targets.Count > (isPinned ? 2 : 1) && call.Config.Router.Order is var mode && mode != OrderMode.Priority)
        {
            targets = Order(mode, decision.Scenario, targets, isPinned, out ordered);
        }

        targets = affinity.Place(targets, isPinned, call, out var bound);
        if (decision.Targets.Count == 1 && bound is null)
        {
            return decision;
        }

        var steps = new RouteStep[decision.Steps.Count + (bound is null ? 1 : 2)];
        for (var i = 0; i < decision.Steps.Count; i++)
        {
            steps[i] = decision.Steps[i];
        }

        steps[decision.Steps.Count] = ordered;
        if (bound is not null)
        {
            steps[^1] = bound;
        }

        return decision with { Targets = targets, Steps = steps, Reason = Reason(decision.Reason, ordered, bound) };
    }

    /// <summary>The reason that the record of the request shows: the rule, and what else changed where it went.</summary>
    private static string Reason(string reason, RouteStep ordered, RouteStep? bound) =>
        bound is { Taken: true } ? $"{reason}; {bound.Reason}" : ordered.Taken ? $"{reason}; {ordered.Reason}" : reason;

    private RouteTarget[] Order(OrderMode mode, string scenario, IReadOnlyList<RouteTarget> targets, bool isPinned, out RouteStep step)
    {
        var count = Math.Min(targets.Count, Most);
        Span<int> places = stackalloc int[count];
        Span<byte> ranks = stackalloc byte[count];
        Span<double> values = stackalloc double[count];
        for (var i = 0; i < count; i++)
        {
            var fact = facts.Of(targets[i].Name);
            places[i] = i;
            ranks[i] = !fact.IsUsable ? Unusable : fact.HasOnlyFailed && mode == OrderMode.Latency ? OnlyFailed : Fit;
            values[i] = mode switch
            {
                OrderMode.Latency => fact.Samples >= LeastSamples && fact.LatencySeconds is { } seconds ? seconds : double.NaN,
                OrderMode.Cost => prices.InputPrice(targets[i]) is { } price ? (double)price : double.PositiveInfinity,
                OrderMode.LeastBusy => fact.Active,
                _ => 0,
            };
        }

        // The scenario's own target stays first while it is healthy, the client's own choice always.
        if (isPinned || (mode == OrderMode.Latency && ranks[0] != Unusable))
        {
            ranks[0] = Fit;
        }

        Span<int> sorted = stackalloc int[count];
        _arrangements.TryGetValue(scenario, out var before);
        before = before is not null && before.IsOf(mode, targets) ? before : null;
        var first = isPinned ? 1 : 0;
        switch (mode)
        {
            case OrderMode.Latency:
                SortByLatency(places[1..], values, before);
                places.CopyTo(sorted);
                SortByRank(places[first..], ranks);
                break;
            case OrderMode.Weighted:
                places.CopyTo(sorted);
                SortByRank(places[first..], ranks);
                Draw(places[first..], ranks, targets);
                break;
            default:
                places.CopyTo(sorted);
                Sort(places[first..], ranks, values);
                break;
        }

        if (before is not null && before.Is(sorted, places))
        {
            step = before.Step;
            return before.Targets;
        }

        var result = new RouteTarget[targets.Count];
        var isChanged = false;
        for (var i = 0; i < result.Length; i++)
        {
            var place = i < count ? places[i] : i;
            result[i] = targets[place];
            isChanged |= place != i;
        }

        step = isChanged ? new(Rule, true, $"{Words(mode)}: {string.Join("; ", (object[])result)}") : AsConfigured;

        // A list of the client's own choice is made for one request and does not come again.
        if (!isPinned)
        {
            _arrangements[scenario] = new(mode, targets, sorted.ToArray(), result, step);
        }

        return result;
    }

    private static string Words(OrderMode mode) => mode switch
    {
        OrderMode.Latency => "the healthy first, then by observed latency",
        OrderMode.Cost => "by price",
        OrderMode.Weighted => "drawn by weight",
        OrderMode.LeastBusy => "the least busy first",
        _ => "as configured",
    };

    /// <summary>Stable: equal ranks keep their order. Lists are short, and mostly in order already.</summary>
    private static void SortByRank(Span<int> places, ReadOnlySpan<byte> ranks)
    {
        for (var i = 1; i < places.Length; i++)
        {
            for (var j = i; j > 0 && ranks[places[j]] < ranks[places[j - 1]]; j--)
            {
                (places[j], places[j - 1]) = (places[j - 1], places[j]);
            }
        }
    }

    /// <summary>By rank, then by value; stable.</summary>
    private static void Sort(Span<int> places, ReadOnlySpan<byte> ranks, ReadOnlySpan<double> values)
    {
        for (var i = 1; i < places.Length; i++)
        {
            for (var j = i; j > 0 && (ranks[places[j]], values[places[j]]).CompareTo((ranks[places[j - 1]], values[places[j - 1]])) < 0; j--)
            {
                (places[j], places[j - 1]) = (places[j - 1], places[j]);
            }
        }
    }

    /// <summary>
    /// Sorts the measured targets among the places that measured targets hold: one that is not measured keeps its place, since nothing is known against it. The sort goes on from
    /// the order of before, so that two targets of about the same latency do not change places with every sample.
    /// </summary>
    private static void SortByLatency(Span<int> places, ReadOnlySpan<double> latency, Arrangement? before)
    {
        Span<int> slots = stackalloc int[places.Length];
        Span<int> measured = stackalloc int[places.Length];
        var count = 0;
        for (var i = 0; i < places.Length; i++)
        {
            if (!double.IsNaN(latency[places[i]]))
            {
                slots[count] = i;
                measured[count++] = places[i];
            }
        }

        if (count < 2)
        {
            return;
        }

        measured = measured[..count];
        if (before is not null)
        {
            var found = 0;
            foreach (var place in before.Sorted)
            {
                var at = measured[found..].IndexOf(place);
                if (at >= 0)
                {
                    measured.Slice(found, at).CopyTo(measured[(found + 1)..]);
                    measured[found++] = place;
                }
            }
        }

        for (var i = 1; i < count; i++)
        {
            for (var j = i; j > 0 && latency[measured[j]] < Hysteresis * latency[measured[j - 1]]; j--)
            {
                (measured[j], measured[j - 1]) = (measured[j - 1], measured[j]);
            }
        }

        for (var i = 0; i < count; i++)
        {
            places[slots[i]] = measured[i];
        }
    }

    /// <summary>Draws the first among the healthy by the weights of their providers; the others stay in their order behind it.</summary>
    private void Draw(Span<int> places, ReadOnlySpan<byte> ranks, IReadOnlyList<RouteTarget> targets)
    {
        var sum = 0;
        var healthy = 0;
        while (healthy < places.Length && ranks[places[healthy]] == Fit)
        {
            sum += targets[places[healthy++]].Provider.Weight;
        }

        if (sum == 0)
        {
            return;
        }

        var drawn = random.Next(sum);
        var at = 0;
        while ((drawn -= targets[places[at]].Provider.Weight) >= 0)
        {
            at++;
        }

        var place = places[at];
        places[..at].CopyTo(places[1..]);
        places[0] = place;
    }
}
