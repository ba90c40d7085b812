namespace Ccr.ProxyService.Routing;

/// <summary>One rule or reordering that was looked at on the way to a decision.</summary>
/// <param name="Rule">Its name: "direct", "longContext", "affinity", "order", ….</param>
/// <param name="Taken">Whether it decided or changed something.</param>
/// <param name="Reason">Why, or why not, for a person.</param>
internal sealed record RouteStep(string Rule, bool Taken, string Reason)
{
    /// <summary>True for what says nothing about this request, such as a route that is not configured: told when asked to explain, not kept with the request.</summary>
    public bool IsTrivial { get; init; }

    /// <summary>A rule that the configuration does not have.</summary>
    public static RouteStep Unset(string rule, string reason) => new(rule, false, reason) { IsTrivial = true };
}
