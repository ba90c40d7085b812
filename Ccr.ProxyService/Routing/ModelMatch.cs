namespace Ccr.ProxyService.Routing;

/// <summary>What a model's name means in a configuration: a choice, or the reason why it is none.</summary>
/// <param name="Choice">The target; null when the name is no choice.</param>
/// <param name="Reason">Why not; empty when there is a choice.</param>
/// <param name="Status">404 or 400 when the name was meant as a choice ("provider,model") and cannot be followed; 0 when other rules shall decide.</param>
internal readonly record struct ModelMatch(RouteChoice? Choice, string Reason, int Status = 0)
{
    /// <summary>The step that says why the name is no choice; null when it is one, or an error.</summary>
    public RouteStep? Step { get; init; }

    /// <summary>A name that is no choice.</summary>
    public static ModelMatch None(string reason, bool isTrivial = false) => new(null, reason) { Step = new(Scenario.Direct, false, reason) { IsTrivial = isTrivial } };
}
