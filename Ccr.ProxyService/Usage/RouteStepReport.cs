using Ccr.ProxyService.Routing;

namespace Ccr.ProxyService.Usage;

/// <summary>A step of the way to a routing decision, as JSON.</summary>
internal sealed record RouteStepReport(string Rule, bool Taken, string Reason)
{
    private const int Most = 24;
    private const int LongestReason = 200;

    /// <summary>The steps that say something about the request; null when there are none.</summary>
    public static IReadOnlyList<RouteStepReport>? From(IReadOnlyList<RouteStep> steps)
    {
        List<RouteStepReport>? reports = null;
        foreach (var step in steps)
        {
            if (!step.IsTrivial && (reports?.Count ?? 0) < Most)
            {
                (reports ??= []).Add(new(step.Rule, step.Taken, step.Reason.Length <= LongestReason ? step.Reason : string.Concat(step.Reason.AsSpan(0, LongestReason), "…")));
            }
        }

        return reports;
    }
}
