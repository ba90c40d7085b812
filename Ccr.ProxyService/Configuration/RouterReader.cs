using Ccr.ProxyService.Configuration.Json5;

namespace Ccr.ProxyService.Configuration;

/// <summary>Reads Router and the top-level fallback.</summary>
internal sealed class RouterReader(ConfigSection top, RouteReader routes)
{
    /// <summary>The routes of the file.</summary>
    public RouterConfig Read(bool hasProviders)
    {
        var node = top.Object("Router");
        var section = top.Below(node ?? new Json5Object(1, []), "Router", KnownSettings.Router);
        section.ReportNames();
        var tiers = routes.ReadList(section, "tiers");
        var router = new RouterConfig
        {
            Retries = ResilienceReader.ReadRetries(section, routes.Providers, tiers.Count),
            Default = routes.Read(section, "default"),
            Background = routes.Read(section, "background"),
            Think = routes.Read(section, "think"),
            LongContext = routes.Read(section, "longContext"),
            LongContextThreshold = (int)(section.Integer("longContextThreshold", 1, int.MaxValue) ?? 60_000),
            WebSearch = ReadWebSearch(section),
            Image = routes.Read(section, "image"),
            Tiers = tiers,
            Fallback = ReadFallback(),
            Rules = new RuleReader(routes).Read(section),
            IgnoreDirect = section.Flag("ignoreDirect") ?? false,
            BareModels = section.Flag("bareModels"),
            ForceNonStreaming = section.Flag("forceNonStreaming") ?? false,
            TopK = (int?)section.Integer("topK", 1, 1000),
            WebSearchTags = section.Find("webSearch")?.Value is Json5Object,
            Order = OrderReader.Read(section),
            RateLimitPolicy = HealthReader.ReadPolicy(section, "rateLimitPolicy") ?? RateLimitPolicy.Cascade,
        };
        if (hasProviders && section.Find("default")?.Value is null or Json5String { Text: "" })
        {
            top.Problems.Warning("Router.default", node?.Line ?? 1, "no default route: a request that no other route takes gets an error; write \"provider,model\"");
        }

        return router;
    }

    // The Node router has a route here, the Rust router an object with a switch.
    private RouteTarget? ReadWebSearch(ConfigSection section)
    {
        if (section.Find("webSearch") is not { Value: Json5Object node } member)
        {
            return routes.Read(section, "webSearch");
        }

        var search = section.Below(node, section.PathOf(member.Name), KnownSettings.WebSearch);
        search.ReportNames();
        var route = routes.Read(search, "search_provider");
        var enabled = search.Flag("enabled") ?? false;
        if (enabled && search.Find("search_provider") is null)
        {
            search.Problems.Error(search.PathOf("search_provider"), search.Line, "missing: give the route for requests with a web search tool, \"provider,model\"");
        }

        return enabled ? route : null;
    }

    private Dictionary<string, IReadOnlyList<RouteTarget>> ReadFallback()
    {
        var fallback = new Dictionary<string, IReadOnlyList<RouteTarget>>(StringComparer.Ordinal);
        if (top.Object("fallback") is not { } node)
        {
            return fallback;
        }

        var section = top.Below(node, "fallback", KnownSettings.Fallback);
        section.ReportNames();
        foreach (var scenario in KnownSettings.Fallback.Select(s => s.Name))
        {
            if (routes.ReadList(section, scenario) is { Count: > 0 } list)
            {
                fallback[scenario] = list;
            }
        }

        return fallback;
    }
}
