using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Configuration.Json5;
using Ccr.ProxyService.Endpoints;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Routing.Rules;

namespace Ccr.ProxyService.Configuration;

/// <summary>Reads Router.rules: [{ name, when: { … }, route: "provider,model" or a list, set: { … } }].</summary>
internal sealed class RuleReader(RouteReader routes)
{
    private static readonly string[] Dialects = ["anthropic", "openai-chat", "openai-responses", "gemini"];
    private static readonly string[] Scenarios = [Scenario.LongContext, Scenario.Background, Scenario.WebSearch, Scenario.Image, Scenario.Think, Scenario.Default];

    /// <summary>The rules of the file, in order.</summary>
    public IReadOnlyList<RouteRule> Read(ConfigSection router)
    {
        var rules = new List<RouteRule>();
        var items = router.Array("rules")?.Items ?? [];
        for (var i = 0; i < items.Count; i++)
        {
            var path = $"Router.rules[{i}]";
            if (items[i] is Json5Object node)
            {
                var section = router.Below(node, path, KnownSettings.Rule);
                section.ReportNames();
                if (ReadOne(section, i) is { } rule)
                {
                    rules.Add(rule);
                }
            }
            else
            {
                router.Problems.Error(path, items[i].Line, $"must be an object {{ when: {{ … }}, route: \"provider,model\" }}, but is {items[i].Kind}");
            }
        }

        return rules;
    }

    private RouteRule? ReadOne(ConfigSection section, int index)
    {
        var name = section.Text("name") is { } given ? Shown.Plain(given, 60) : (index + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var when = section.Below(section.Object("when") ?? new Json5Object(section.Line, []), section.PathOf("when"), KnownSettings.RuleWhen);
        when.ReportNames();
        var tokens = when.Below(when.Object("tokens") ?? new Json5Object(when.Line, []), when.PathOf("tokens"), KnownSettings.RuleTokens);
        tokens.ReportNames();
        var targets = section.Find("route") is { Value: Json5Array } ? routes.ReadList(section, "route")
            : routes.Read(section, "route") is { } one ? [one] : (IReadOnlyList<RouteTarget>)[];
        var set = section.Object("set") is { } parameters ? ParameterReader.Read(section, parameters, section.PathOf("set")) : [];
        var rule = new RouteRule(name)
        {
            Models = Patterns(when, "model"),
            Headers = Headers(when),
            UserAgents = Patterns(when, "userAgent"),
            Clients = Words(when, "client", ClientApplications.All),
            TokensOver = tokens.Integer("over", 0, int.MaxValue),
            TokensUnder = tokens.Integer("under", 1, int.MaxValue),
            Tools = Patterns(when, "tools"),
            HasImage = when.Flag("hasImage"),
            Texts = Array.ConvertAll(Patterns(when, "text"), static t => $"*{t}*"),
            Dialects = Array.ConvertAll(Words(when, "dialect", Dialects), static word => (Dialect)Array.IndexOf(Dialects, word)),
            Scenarios = Words(when, "scenario", Scenarios),
            Targets = targets,
            Set = set,
        };
        if (section.Find("route") is null && set.Count == 0)
        {
            section.Problems.Error(section.PathOf("route"), section.Line, "the rule does nothing: give it a route, \"provider,model\", or parameters to set");
            return null;
        }

        return rule;
    }

    private static string[] Patterns(ConfigSection section, string name) => section.Find(name) is { } member ? Patterns(section, member.Value, section.PathOf(name)) : [];

    private static string[] Patterns(ConfigSection section, Json5Value value, string path)
    {
        var items = value is Json5Array list ? list.Items : [value];
        var patterns = new List<string>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            var at = value is Json5Array ? $"{path}[{i}]" : path;
            if (items[i] is not Json5String)
            {
                section.Problems.Error(at, items[i].Line, $"must be a pattern such as \"gpt-*\", or a list of them, but is {items[i].Kind}");
            }
            else if (section.Text(items[i], at) is { } pattern)
            {
                patterns.Add(pattern);
            }
            else
            {
                section.Problems.Error(at, items[i].Line, "is empty; \"*\" matches anything");
            }
        }

        if (items.Count == 0)
        {
            section.Problems.Error(path, value.Line, "is an empty list, which nothing matches; leave it out to match anything");
        }

        return [.. patterns];
    }

    private static string[] Words(ConfigSection section, string name, IReadOnlyList<string> known)
    {
        var words = Patterns(section, name);
        foreach (var word in words)
        {
            if (!known.Contains(word, StringComparer.OrdinalIgnoreCase))
            {
                section.Problems.Error(section.PathOf(name), section.Find(name)!.Value.Line, $"{Shown.Quoted(word)} is not one of {Shown.List(known)}{Suggestion.Clause(word, known)}");
            }
        }

        return [.. known.Where(k => words.Contains(k, StringComparer.OrdinalIgnoreCase))];
    }

    private static (string Name, string[] Patterns)[] Headers(ConfigSection when)
    {
        if (when.Object("header") is not { } headers)
        {
            return [];
        }

        return [.. headers.Members.Select(m => (m.Name, Patterns(when, m.Value, $"{when.PathOf("header")}.{m.Name}")))];
    }
}
