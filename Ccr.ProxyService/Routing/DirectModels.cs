using System.Collections.Concurrent;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Routing;

/// <summary>
/// Understands models that a client, a tag or a script names: "provider,model", "provider/model", or the bare name of a model that one provider lists. What is listed is
/// prepared once for a configuration.
/// </summary>
internal sealed class DirectModels
{
    private const int MostUnlisted = 256;

    private static readonly ModelMatch Plain = ModelMatch.None("the model names no provider", isTrivial: true);
    private static readonly ModelMatch ByDefault = ModelMatch.None("agents send this model's name by themselves, so it is no choice; Router.bareModels: true makes it one");
    private static readonly ModelMatch NoBare = ModelMatch.None("Router.bareModels is false");

    private readonly CcrConfig _config;
    private readonly Func<RouteTarget, RouteTarget[]> _chain;
    private readonly Dictionary<string, RouteChoice> _listed = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<RouteChoice>> _bare = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, RouteChoice> _unlisted = new(StringComparer.Ordinal);

    /// <summary>Prepares the choices of all enabled providers.</summary>
    public DirectModels(CcrConfig config, Func<RouteTarget, RouteTarget[]> chain)
    {
        _config = config;
        _chain = chain;
        foreach (var provider in config.Providers)
        {
            if (provider.DisabledReason is not null)
            {
                continue;
            }

            foreach (var model in provider.Models)
            {
                var choice = Make(new RouteTarget(provider, model));
                _listed.TryAdd(choice.Target.Name, choice);
                if (!_bare.TryGetValue(model, out var offers))
                {
                    _bare[model] = offers = new(1);
                }

                if (!offers.Exists(o => o.Target.Provider == provider))
                {
                    offers.Add(choice);
                }
            }
        }
    }

    /// <summary>What a name means.</summary>
    /// <param name="model">The name.</param>
    /// <param name="application">The client program, which may send some names by itself.</param>
    /// <param name="isChosen">True when a person wrote the name down for routing, in a tag or a script; then a bare name always counts.</param>
    public ModelMatch Find(string model, string application, bool isChosen)
    {
        if (_listed.TryGetValue(model, out var known))
        {
            return new(known, "");
        }

        var comma = model.IndexOf(',', StringComparison.Ordinal);
        if (comma >= 0)
        {
            return OfPair(model, comma);
        }

        // A model's own name may hold a slash: "openai/gpt-5" of an aggregator is that, also where a provider is called openai.
        var slash = model.IndexOf('/', StringComparison.Ordinal);
        var bare = Bare(model, out var offers);
        if (bare is not null && slash < 0 && !isChosen)
        {
            var heeded = _config.Router.BareModels;
            return heeded == true || (heeded is null && !ModelNames.IsSentByDefault(model, application)) ? new(bare, "")
                : heeded is null ? ByDefault
                : NoBare;
        }

        if (bare is not null)
        {
            return new(bare, "");
        }

        if (slash > 0 && slash + 1 < model.Length && _config.FindProvider(model.AsSpan(0, slash)) is { } provider)
        {
            return new(Choice(provider, model.AsSpan(slash + 1)), "");
        }

        return offers is not null
            ? ModelMatch.None($"several providers offer {model}: {string.Join(", ", offers.Select(o => o.Target.Provider.Name))}; write \"provider,model\"")
            : Plain;
    }

    private ModelMatch OfPair(string model, int comma)
    {
        var providerName = model.AsSpan(0, comma).Trim();
        var modelName = model.AsSpan(comma + 1).Trim();
        if (_config.FindProvider(providerName) is { } provider)
        {
            return modelName.IsEmpty
                ? new(null, $"'{model}' names no model after the comma; {provider.Name} offers {string.Join(", ", provider.Models)}.", 400)
                : new(Choice(provider, modelName), "");
        }

        if (Bare(model, out _) is { } bare)
        {
            return new(bare, "");
        }

        foreach (var other in _config.Providers)
        {
            if (providerName.Equals(other.Name, StringComparison.OrdinalIgnoreCase))
            {
                return new(null, $"provider '{other.Name}' is disabled: {other.DisabledReason}", 404);
            }
        }

        return new(null, $"there is no provider '{providerName}'; configured are {string.Join(", ", _config.Providers.Select(p => p.Name))}.", 404);
    }

    /// <summary>The one target that offers a model of that name, with or without its suffix.</summary>
    private RouteChoice? Bare(string model, out List<RouteChoice>? offers)
    {
        if (_bare.TryGetValue(model, out offers))
        {
            return offers.Count == 1 ? offers[0] : null;
        }

        var length = ModelNames.WithoutSuffix(model);
        return length < model.Length && _bare.TryGetValue(model[..length], out offers) && offers.Count == 1
            ? Choice(offers[0].Target.Provider, model)
            : null;
    }

    /// <summary>A model of a provider as it spells it, its suffix kept. A model that is not in the list is sent as it stands: lists in configurations are seldom complete.</summary>
    private RouteChoice Choice(ProviderConfig provider, ReadOnlySpan<char> model)
    {
        var spelt = provider.FindModel(model);
        if (spelt is null)
        {
            var length = ModelNames.WithoutSuffix(model);
            spelt = length < model.Length && provider.FindModel(model[..length]) is { } known ? string.Concat(known, model[length..]) : model.ToString();
        }

        var name = $"{provider.Name},{spelt}";
        if (_listed.TryGetValue(name, out var choice) || _unlisted.TryGetValue(name, out choice))
        {
            return choice;
        }

        choice = Make(new RouteTarget(provider, spelt) { IsUnlisted = !IsListed(provider, spelt) && !_config.Router.Has(name) });
        return _unlisted.Count < MostUnlisted ? _unlisted.GetOrAdd(name, choice) : choice;
    }

    private static bool IsListed(ProviderConfig provider, string model)
    {
        var length = ModelNames.WithoutSuffix(model);
        return provider.FindModel(model.AsSpan(0, length)) is not null && (length == model.Length || ModelNames.IsKnownSuffix(model.AsSpan(length)));
    }

    private RouteChoice Make(RouteTarget target) => new(target, _chain(target), new(Scenario.Direct, true, $"the client asked for {target.Name}"));
}
