namespace Ccr.ProxyService.Routing;

/// <summary>One rule or reordering that was looked at on the way to a decision.</summary>
/// <param name="Rule">Its name: "direct", "longContext", "affinity", "order", ….</param>
/// <param name="Taken">Whether it decided or changed something.</param>
/// <param name="Reason">Why, or why not, for a person.</param>
internal sealed record RouteStep(string Rule, bool Taken, string Reason);
