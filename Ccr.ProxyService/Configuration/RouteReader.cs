using Ccr.ProxyService.Configuration.Json5;

namespace Ccr.ProxyService.Configuration;

/// <summary>Reads routes, "provider,model", against the providers of the file.</summary>
internal sealed class RouteReader(IReadOnlyList<ProviderConfig> providers, IReadOnlyCollection<string> brokenProviders)
{
    /// <summary>The providers of the file.</summary>
    public IReadOnlyList<ProviderConfig> Providers => providers;

    /// <summary>The route of a setting; null when absent, empty or wrong.</summary>
    public RouteTarget? Read(ConfigSection section, string name)
    {
        var member = section.Find(name);
        return member is null ? null : Read(section, member.Value, section.PathOf(member.Name));
    }

    /// <summary>The routes of a setting that holds an array; empty when absent.</summary>
    public IReadOnlyList<RouteTarget> ReadList(ConfigSection section, string name)
    {
        var routes = new List<RouteTarget>();
        var items = section.Array(name)?.Items ?? [];
        for (var i = 0; i < items.Count; i++)
        {
            if (Read(section, items[i], $"{section.PathOf(name)}[{i}]") is { } route)
            {
                routes.Add(route);
            }
        }

        return routes;
    }

    /// <summary>The route that a value stands for; null when empty or wrong.</summary>
    public RouteTarget? Read(ConfigSection section, Json5Value value, string path)
    {
        if (section.Text(value, path) is not { } text)
        {
            return null;
        }

        // The text of the file, not what variables made of it: that might be a secret put in the wrong place.
        var shown = Shown.Quoted(((Json5String)value).Text);
        var comma = text.IndexOf(',');
        var providerName = comma < 0 ? text : text[..comma].Trim();
        var model = comma < 0 ? "" : text[(comma + 1)..].Trim();
        if (comma < 0 || providerName.Length == 0 || model.Length == 0)
        {
            section.Problems.Error(path, value.Line, $"{shown} is not a route: write \"provider,model\", for example {Example(text)}");
            return null;
        }

        var provider = providers.FirstOrDefault(p => p.Name.Equals(providerName, StringComparison.OrdinalIgnoreCase));
        if (provider is null)
        {
            // The provider's own entry has an error already; a second one here would only distract.
            if (!brokenProviders.Contains(providerName, StringComparer.OrdinalIgnoreCase))
            {
                var known = providers.Select(p => p.Name).ToList();
                var remedy = known.Count == 0 ? "; Providers has none"
                    : Suggestion.Clause(providerName, known) is { Length: > 0 } hint ? $"{hint} Known providers: {Shown.List(known)}"
                    : $"; known providers: {Shown.List(known)}";
                section.Problems.Error(path, value.Line, $"the route {shown} names no known provider{remedy}");
            }

            return null;
        }

        var listed = provider.FindModel(model);
        if (listed is null && provider.Models.Count > 0)
        {
            var hint = Suggestion.Clause(model, provider.Models);
            section.Problems.Warning(path, value.Line, $"the route {shown} names a model that the provider {Shown.Quoted(provider.Name)} does not list; it is sent as written{hint}");
        }

        if (provider.DisabledReason is { } reason)
        {
            section.Problems.Warning(path, value.Line, $"the route {shown} goes to a disabled provider: {reason}");
        }

        return new RouteTarget(provider, listed ?? model);
    }

    // A whole provider or model name without the other half is the usual slip; show it completed.
    private string Example(string text)
    {
        var half = text.Trim(',', ' ');
        var provider = providers.FirstOrDefault(p => p.Models.Count > 0 && p.Name.Equals(half, StringComparison.OrdinalIgnoreCase))
            ?? providers.FirstOrDefault(p => p.FindModel(half) is not null)
            ?? providers.FirstOrDefault(p => p.Models.Count > 0);
        return provider is null
            ? "\"deepseek,deepseek-chat\""
            : $"\"{Shown.Plain(provider.Name, 80)},{Shown.Plain(provider.FindModel(half) ?? provider.Models[0], 80)}\"";
    }
}
