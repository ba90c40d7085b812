using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Tokens;

namespace Ccr.ProxyService.Routing;

/// <summary>Where a request goes and why.</summary>
/// <param name="Scenario">The rule that took it: default, background, think, longContext, webSearch, image, direct, ….</param>
/// <param name="Reason">Why, for a person.</param>
/// <param name="Targets">What to try, in order; never empty.</param>
/// <param name="Tokens">The count that a rule asked for; null when none did.</param>
internal sealed record RouteDecision(string Scenario, string Reason, IReadOnlyList<RouteTarget> Targets, TokenCount? Tokens)
{
    /// <summary>Every rule that was looked at, in order.</summary>
    public IReadOnlyList<RouteStep> Steps { get; init; } = [];

    /// <summary>The client's session, where a rule wants to know how much its last answer had read; else null.</summary>
    public string? Session { get; init; }

    /// <summary>Router.forceNonStreaming of the configuration that decided.</summary>
    public bool ForceNonStreaming { get; init; }

    /// <summary>True when the mode names the only target: no other may answer, not even one for longer prompts.</summary>
    public bool IsSole { get; init; }

    /// <summary>Router.topK: how many of the targets are tried at most; null for all. Applied by <see cref="Trimmed"/> once the order is final.</summary>
    public int? TopK { get; init; }

    /// <summary>The count that will be compared with what the provider reports; null when this request is not compared.</summary>
    public TokenSample? Sample { get; set; }

    /// <summary>The decision with its first <see cref="TopK"/> targets only.</summary>
    public RouteDecision Trimmed() => TopK is not { } most || Targets.Count <= most
        ? this
        : this with { Targets = [.. Targets.Take(most)], Steps = [.. Steps, new("topK", true, $"of {Targets.Count} targets the first {most} are tried")] };

    /// <summary>Whether a target is asked for a whole answer although the client wants a stream.</summary>
    public bool ForcesWhole(RouteTarget target) => ForceNonStreaming && !target.Provider.AllowStreaming;
}
