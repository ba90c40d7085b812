using Ccr.ProxyService.Routing.Order;
using Ccr.ProxyService.Routing.Rules;

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

    /// <summary>Router.tierRetries of the Rust router: by "tier-N", tier name, provider, "provider,model" or "*", without regard to case.</summary>
    public IReadOnlyDictionary<string, RetryPolicy> Retries { get; init; } = new Dictionary<string, RetryPolicy>();

    /// <summary>Rules of the file's own, in order.</summary>
    public IReadOnlyList<RouteRule> Rules { get; init; } = [];

    /// <summary>True when the provider and model that a client names are not heeded. Default false.</summary>
    public bool IgnoreDirect { get; init; }

    /// <summary>Whether a model's bare name is a choice of the client: always, never, or (null) unless agents send it by themselves.</summary>
    public bool? BareModels { get; init; }

    /// <summary>True asks providers without <see cref="ProviderConfig.AllowStreaming"/> for whole answers, which are played to the client as streams. Default false.</summary>
    public bool ForceNonStreaming { get; init; }

    /// <summary>How many targets of a list are tried at most; null for all.</summary>
    public int? TopK { get; init; }

    /// <summary>True when [search] or [web] in a user's text asks for <see cref="WebSearch"/> (the Rust router's form of the setting).</summary>
    public bool WebSearchTags { get; init; }

    /// <summary>What decides the order of the targets. Default by latency.</summary>
    public OrderMode Order { get; init; } = OrderMode.Latency;

    /// <summary>What becomes of a 429 of a target whose provider does not say it itself (rateLimitPolicy). Default cascade.</summary>
    public RateLimitPolicy RateLimitPolicy { get; init; }

    /// <summary>How many routes are set: scenarios, tiers and fallbacks.</summary>
    public int RouteCount =>
        new[] { Default, Background, Think, LongContext, WebSearch, Image }.Count(r => r is not null) + Tiers.Count + Fallback.Values.Sum(f => f.Count) + Rules.Count(r => r.Targets.Count > 0);

    /// <summary>Whether a route names a target.</summary>
    public bool Has(string target) =>
        new[] { Default, Background, Think, LongContext, WebSearch, Image }.Concat(Tiers).Concat(Fallback.Values.SelectMany(static f => f)).Concat(Rules.SelectMany(static r => r.Targets))
            .Any(t => t?.Name == target);

    /// <summary>The retry policy of a target: the closest entry counts.</summary>
    public RetryPolicy RetryOf(RouteTarget target)
    {
        if (Retries.Count == 0)
        {
            return RetryPolicy.Default;
        }

        return Retries.GetValueOrDefault(target.Name)
            ?? TierOf(target)
            ?? (target.Provider.TierName is { } tier ? Retries.GetValueOrDefault(tier) : null)
            ?? Retries.GetValueOrDefault(target.Provider.Name)
            ?? Retries.GetValueOrDefault("*")
            ?? RetryPolicy.Default;
    }

    private RetryPolicy? TierOf(RouteTarget target)
    {
        for (var i = 0; i < Tiers.Count; i++)
        {
            if (Tiers[i].Name.Equals(target.Name, StringComparison.OrdinalIgnoreCase))
            {
                return Retries.GetValueOrDefault("tier-" + i.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return null;
    }
}
