using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Tokens;

namespace Ccr.ProxyService.Routing;

/// <summary>Where a request goes and why.</summary>
/// <param name="Scenario">The rule that took it: default, background, think, longContext, webSearch, image or direct.</param>
/// <param name="Reason">Why, for a person.</param>
/// <param name="Targets">What to try, in order; never empty.</param>
/// <param name="Tokens">The count that a rule asked for; null when none did.</param>
internal sealed record RouteDecision(string Scenario, string Reason, IReadOnlyList<RouteTarget> Targets, TokenCount? Tokens)
{
    /// <summary>The count that will be compared with what the provider reports; null when this request is not compared.</summary>
    public TokenSample? Sample { get; set; }
}
