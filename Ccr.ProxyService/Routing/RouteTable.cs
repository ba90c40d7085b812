using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Routing.Rules;
using Ccr.ProxyService.Tokens;

namespace Ccr.ProxyService.Routing;

/// <summary>The target lists of one configuration, made once: the scenario's own target, then its fallback, then the tiers, each once.</summary>
internal sealed class RouteTable
{
    private readonly Dictionary<string, RouteTarget[]> _lists = new(StringComparer.Ordinal);
    private readonly DirectModels _direct;

    /// <summary>Prepares the lists.</summary>
    public RouteTable(CcrConfig config)
    {
        Config = config;
        var router = config.Router;
        Add(Scenario.Default, router.Default);
        Add(Scenario.Background, router.Background);
        Add(Scenario.Think, router.Think);
        Add(Scenario.LongContext, router.LongContext);
        Add(Scenario.WebSearch, router.WebSearch);
        Add(Scenario.Image, router.Image);
        _direct = new DirectModels(config, ForDirect);
        Rules = [.. router.Rules.Select(ForRule)];
        Short = new(Scenario.LongContext, false, $"the body has no more bytes than longContextThreshold {router.LongContextThreshold} has tokens");
        Fault = config.Providers.Any(static p => p.DisabledReason is null) ? null
            : config.Providers.Count == 0 ? $"No provider is configured: add one under Providers in {config.Source}."
            : $"No provider is usable: {config.Providers[0].Name} is disabled ({config.Providers[0].DisabledReason}); mend it in {config.Source}.";
    }

    /// <summary>Why nothing can be routed at all; null when a provider is usable.</summary>
    public string? Fault { get; }

    /// <summary>The file's own rules, with what is tried for each; a rule that only sets parameters has no targets.</summary>
    public RouteRule[] Rules { get; }

    /// <summary>The step of a request too small to be long.</summary>
    public RouteStep Short { get; }

    /// <summary>The configuration these lists are of.</summary>
    public CcrConfig Config { get; }

    /// <summary>How the rules count: as for the default route's target, or where that is missing the long-context route's.</summary>
    public TargetTokenizer Tokenizer => (For(Scenario.Default) ?? For(Scenario.LongContext))?[0].Tokenizer ?? TargetTokenizer.Unrouted;

    /// <summary>The targets of a scenario; null when the configuration has no route for it.</summary>
    public RouteTarget[]? For(string scenario) => _lists.GetValueOrDefault(scenario);

    /// <summary>A target of the client's own choice, then what the default would fall back to.</summary>
    public RouteTarget[] ForDirect(RouteTarget target) => Chain(target, Scenario.Default);

    /// <summary>What the name of a model means here.</summary>
    public ModelMatch Resolve(string model, string application, bool isChosen = false) => _direct.Find(model, application, isChosen);

    /// <summary>Every target with the scenarios that name it, in the order of the file.</summary>
    public IEnumerable<(RouteTarget Target, List<string> Scenarios)> All()
    {
        var seen = new Dictionary<string, (RouteTarget Target, List<string> Scenarios)>(StringComparer.Ordinal);
        foreach (var (scenario, targets) in _lists)
        {
            Note(targets[0], scenario);
        }

        for (var i = 0; i < Config.Router.Tiers.Count; i++)
        {
            Note(Config.Router.Tiers[i], $"tier-{i}");
        }

        foreach (var rule in Config.Router.Rules)
        {
            foreach (var target in rule.Targets)
            {
                Note(target, $"rule {rule.Name}");
            }
        }

        foreach (var preset in Config.Presets.Values)
        {
            Note(preset.Route, $"preset {preset.Name}");
        }

        foreach (var (scenario, targets) in Config.Router.Fallback)
        {
            foreach (var target in targets)
            {
                Note(target, $"fallback of {scenario}");
            }
        }

        return seen.Values;

        void Note(RouteTarget target, string scenario)
        {
            if (!seen.TryGetValue(target.Name, out var entry))
            {
                seen[target.Name] = entry = (target, []);
            }

            entry.Scenarios.Add(scenario);
        }
    }

    private void Add(string scenario, RouteTarget? target)
    {
        if (target is not null && target.Provider.DisabledReason is null)
        {
            _lists[scenario] = Chain(target, scenario);
        }
        else if (target is not null || scenario == Scenario.Default)
        {
            // Its own target is disabled: what it would fall back to still serves.
            var rest = Chain((RouteTarget?)null, scenario);
            if (rest.Length > 0)
            {
                _lists[scenario] = rest;
            }
        }
    }

    private RouteRule ForRule(RouteRule rule) =>
        rule.Targets.Count == 0 ? rule : Chain(rule.Targets, Scenario.Default) is { Length: > 0 } targets ? rule with { Targets = targets } : rule with { Targets = [], IsUnusable = true };

    private RouteTarget[] Chain(RouteTarget? first, string scenario) => Chain(first is null ? [] : [first], scenario);

    private RouteTarget[] Chain(IReadOnlyList<RouteTarget> first, string scenario)
    {
        var chain = new List<RouteTarget>(first);
        if (Config.Router.Fallback.TryGetValue(scenario, out var fallback))
        {
            chain.AddRange(fallback);
        }

        chain.AddRange(Config.Router.Tiers);
        return chain.Where(t => t.Provider.DisabledReason is null).DistinctBy(t => t.Name, StringComparer.OrdinalIgnoreCase).ToArray();
    }
}
