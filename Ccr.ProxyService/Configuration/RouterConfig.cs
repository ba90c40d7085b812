namespace Ccr.ProxyService.Configuration;

/// <summary>Routes by scenario, and what to try when one fails.</summary>
internal sealed record RouterConfig
{
    /// <summary>The route of everything that no other rule takes; null when the file sets none (it got a warning).</summary>
    public RouteTarget? Default { get; init; }

    /// <summary>For small background models (claude + haiku in the model name).</summary>
    public RouteTarget? Background { get; init; }

    /// <summary>For requests with thinking on.</summary>
    public RouteTarget? Think { get; init; }

    /// <summary>For requests of more than <see cref="LongContextThreshold"/> tokens.</summary>
    public RouteTarget? LongContext { get; init; }

    /// <summary>Tokens above which a request is long. Default 60000.</summary>
    public int LongContextThreshold { get; init; } = 60_000;

    /// <summary>For requests with a web search tool.</summary>
    public RouteTarget? WebSearch { get; init; }

    /// <summary>For requests with an image in the newest user message.</summary>
    public RouteTarget? Image { get; init; }

    /// <summary>Router.tiers of the Rust router: tried in order after the scenario's own target.</summary>
    public IReadOnlyList<RouteTarget> Tiers { get; init; } = [];

    /// <summary>Top-level fallback of the Node router: by scenario name ("default", "think", …), tried in order after the scenario's own target.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<RouteTarget>> Fallback { get; init; } = new Dictionary<string, IReadOnlyList<RouteTarget>>();

    /// <summary>What becomes of a 429 of a target whose provider does not say it itself (rateLimitPolicy). Default cascade.</summary>
    public RateLimitPolicy RateLimitPolicy { get; init; }

    /// <summary>How many routes are set: scenarios, tiers and fallbacks.</summary>
    public int RouteCount =>
        new[] { Default, Background, Think, LongContext, WebSearch, Image }.Count(r => r is not null) + Tiers.Count + Fallback.Values.Sum(f => f.Count);
}
