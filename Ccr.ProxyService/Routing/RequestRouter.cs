using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Modes;
using Ccr.ProxyService.Routing.Custom;
using Ccr.ProxyService.Routing.Presets;
using Ccr.ProxyService.Routing.Projects;
using Ccr.ProxyService.Routing.Rules;
using Ccr.ProxyService.Tokens;

namespace Ccr.ProxyService.Routing;

/// <summary>
/// Picks the targets of a request. The mode may name the only target; else the first match wins: preset; custom router; the file's rules; the client's own choice; long context; subagent tag; background; web search;
/// image; think; default. Rules whose route is not configured are passed over. Each leaves a step that says why it was taken or not.
/// </summary>
internal sealed class RequestRouter(IConfigStore store, RuleMatcher matcher, SessionUsage sessions, ProjectRouters projects, PresetBook presets, CustomRouter custom, ModeRouter modes)
{
    /// <summary>Below this many tokens a request is not long whatever its session has read before: it is a side request of the session.</summary>
    private const int LeastOfLongSession = 20_000;

    private static readonly RouteStep DirectIgnored = new(Scenario.Direct, false, "Router.ignoreDirect is set: what the client names is not heeded");

    private RouteTable? _table;

    /// <summary>The lists of the configuration in force.</summary>
    public RouteTable Table => TableOf(store.Current);

    /// <summary>Decides for one request. May put a changed body in the place of the client's: marks for the router cut out, parameters of presets and rules set.</summary>
    /// <exception cref="RoutingException">Nothing configured can take it.</exception>
    public async ValueTask<RouteDecision> RouteAsync(RouteContext context, CancellationToken cancellationToken)
    {
        var call = context.Call;
        var table = TableOf(call.Config);
        if (modes.Choose(context, table) is { } only)
        {
            return Decide(context, table, only.Step, [only.Target]) with { IsSole = true };
        }

        if (context.Preset is { } presetName)
        {
            var preset = Preset(presetName, call.Config);
            if (preset.Entry is { } entry)
            {
                Refuse(table);
                context.Tokenizer = table.Tokenizer;
                Set(context, entry.Parameters, replaces: false);
                SubagentTag.Take(context, table, out _);
                var choice = table.Resolve(entry.Route.Name, context.Application, isChosen: true).Choice;
                return Decide(context, table, new(Scenario.Preset, true, $"the address names the preset {entry.Name}"), choice?.Targets ?? table.ForDirect(entry.Route));
            }

            table = preset.Table!;
            context.Add(new(Scenario.Preset, true, $"the routes of the preset {preset.Name} are in force"));
        }
        else if (projects.InUse && context.Session is { } session)
        {
            var project = await projects.FindAsync(session, call.Config, cancellationToken).ConfigureAwait(false);
            table = project.Table ?? table;
            if (project.Step is { } step)
            {
                context.Add(step);
            }
        }

        Refuse(table);
        context.Tokenizer = table.Tokenizer;
        var subagent = SubagentTag.Take(context, table, out var subagentStep);
        var wantsSearch = table.Config.Router.WebSearchTags && SearchTags.Take(context);
        return (context.Preset is null ? await AskCustomAsync(context, table, cancellationToken).ConfigureAwait(false) : null)
            ?? (table.Rules.Length > 0 ? await TryRulesAsync(context, table, cancellationToken).ConfigureAwait(false) : null)
            ?? TryDirect(context, table)
            ?? await TryLongContextAsync(context, table, cancellationToken).ConfigureAwait(false)
            ?? TrySubagent(context, table, subagent, subagentStep)
            ?? TryScenarios(context, table, wantsSearch);
    }

    private static void Refuse(RouteTable table)
    {
        if (table.Fault is { } fault)
        {
            throw new RoutingException(400, "invalid_request_error", fault);
        }
    }

    private static void Set(RouteContext context, IReadOnlyList<BodyParameter> parameters, bool replaces)
    {
        if (parameters.Count > 0 && BodyEdits.Set(context.Call.Body.Span, context.Call.Client.Dialect, parameters, replaces) is { } body)
        {
            context.Replace(body);
        }
    }

    private static RouteDecision? TryDirect(RouteContext context, RouteTable table)
    {
        var match = table.Resolve(context.Call.RequestedModel, context.Application);
        if (table.Config.Router.IgnoreDirect)
        {
            if (match.Choice is not null || match.Status > 0)
            {
                context.Add(DirectIgnored);
            }

            return null;
        }

        if (match.Status > 0)
        {
            throw new RoutingException(match.Status, match.Status == 404 ? "not_found_error" : "invalid_request_error", $"model: {match.Reason}");
        }

        if (match.Choice is { } choice)
        {
            return Decide(context, table, choice.Step, choice.Targets);
        }

        context.Add(match.Step!);
        return null;
    }

    private static RouteDecision? TrySubagent(RouteContext context, RouteTable table, RouteChoice? subagent, RouteStep step)
    {
        if (subagent is not null)
        {
            return Decide(context, table, step, subagent.Targets);
        }

        context.Add(step);
        return null;
    }

    private static RouteDecision TryScenarios(RouteContext context, RouteTable table, bool wantsSearch)
    {
        var peek = context.Call.Peek;
        var background = table.For(Scenario.Background);
        if (background is not null && ScenarioRules.IsBackground(context.Call) is { } small)
        {
            return Decide(context, table, small, background);
        }

        context.Add(background is null ? ScenarioRules.NoBackground : ScenarioRules.NotBackground);
        var webSearch = table.For(Scenario.WebSearch);
        if (webSearch is not null && (peek.HasWebSearch || wantsSearch))
        {
            return Decide(context, table, peek.HasWebSearch ? ScenarioRules.WebSearch : ScenarioRules.WebSearchTag, webSearch);
        }

        context.Add(webSearch is null ? ScenarioRules.NoWebSearch : ScenarioRules.NotWebSearch);
        var image = table.For(Scenario.Image);
        if (image is not null && peek.HasImage)
        {
            return Decide(context, table, ScenarioRules.Image, image);
        }

        context.Add(image is null ? ScenarioRules.NoImage : ScenarioRules.NotImage);
        var think = table.For(Scenario.Think);
        if (think is not null && ScenarioRules.Thinks(peek))
        {
            return Decide(context, table, peek.Thinking == Ccr.Protocols.Requests.ThinkingMode.Enabled ? ScenarioRules.ThinkEnabled : ScenarioRules.ThinkAdaptive, think);
        }

        context.Add(think is null ? ScenarioRules.NoThink : ScenarioRules.NotThink);
        return table.For(Scenario.Default) is { } rest
            ? Decide(context, table, ScenarioRules.Default, rest)
            : throw new RoutingException(400, "invalid_request_error", $"No route takes this request: set Router.default to \"provider,model\" in {table.Config.Source}.");
    }

    private static RouteDecision Decide(RouteContext context, RouteTable table, RouteStep step, IReadOnlyList<RouteTarget> targets)
    {
        context.Add(step);
        var router = table.Config.Router;
        if (targets.Count == 0)
        {
            throw new RoutingException(400, "invalid_request_error", $"No usable target: {step.Reason}, but its provider is disabled and there is no fallback; mend it in {table.Config.Source}.");
        }

        return new(step.Rule, step.Reason, targets, context.Tokens)
        {
            Steps = context.Steps,
            Session = context.Session,
            ForceNonStreaming = router.ForceNonStreaming,
            TopK = router.TopK,
        };
    }

    private RouteTable TableOf(CcrConfig config)
    {
        var table = _table;
        if (table is null || !ReferenceEquals(table.Config, config))
        {
            _table = table = new RouteTable(config);
        }

        return table;
    }

    private Preset Preset(string name, CcrConfig config)
    {
        if (presets.Find(name, config, out var fault) is { } preset)
        {
            return preset;
        }

        if (fault is not null)
        {
            throw new RoutingException(500, "api_error", $"The preset {Shown.Plain(name, 64)} cannot be used: its manifest has an error, which the log names.");
        }

        var known = presets.All(config);
        throw new RoutingException(404, "not_found_error", $"There is no preset {Shown.Quoted(name)}; {(known.Count == 0 ? "none is configured" : $"there are {Shown.List(known.Select(static p => p.Name))}")}.");
    }

    private async ValueTask<RouteDecision?> AskCustomAsync(RouteContext context, RouteTable table, CancellationToken cancellationToken)
    {
        if (table.Config.CustomRouter is not { } config)
        {
            custom.Retire();
            return null;
        }

        var tokens = await matcher.CountAsync(context, enough: 0, cancellationToken).ConfigureAwait(false);
        var answer = await custom.AskAsync(context, config, tokens.Tokens, cancellationToken).ConfigureAwait(false);
        if (string.IsNullOrWhiteSpace(answer.Route))
        {
            context.Add(new(Scenario.Custom, false, answer.Fault is null ? "the custom router left it to the other rules" : $"the custom router gave no answer: {answer.Fault}"));
            return null;
        }

        var match = table.Resolve(answer.Route.Trim(), context.Application, isChosen: true);
        if (match.Choice is { } choice)
        {
            return Decide(context, table, new(Scenario.Custom, true, $"the custom router chose {choice.Target.Name}"), choice.Targets);
        }

        context.Add(new(Scenario.Custom, false, $"the custom router chose {Shown.Quoted(answer.Route)}: {match.Reason}"));
        return null;
    }

    private async ValueTask<RouteDecision?> TryRulesAsync(RouteContext context, RouteTable table, CancellationToken cancellationToken)
    {
        foreach (var rule in table.Rules)
        {
            if (rule.IsUnusable)
            {
                context.Add(rule.Unusable);
                continue;
            }

            var miss = await matcher.FirstMissAsync(rule, context, table, cancellationToken).ConfigureAwait(false);
            if (miss >= 0)
            {
                context.Add(rule.Missing(miss));
                continue;
            }

            Set(context, rule.Set, replaces: true);
            if (rule.Targets.Count > 0)
            {
                return Decide(context, table, rule.Taken, rule.Targets);
            }

            context.Add(rule.Taken);
        }

        return null;
    }

    private async ValueTask<RouteDecision?> TryLongContextAsync(RouteContext context, RouteTable table, CancellationToken cancellationToken)
    {
        if (table.For(Scenario.LongContext) is not { } targets)
        {
            context.Add(ScenarioRules.NoLongContext);
            return null;
        }

        var threshold = table.Config.Router.LongContextThreshold;
        var last = context.Session is { } session ? sessions.Last(session) : 0;
        var isLongSession = last > threshold;
        var tokens = await matcher.CountAsync(context, isLongSession ? Math.Min(LeastOfLongSession, threshold) : threshold, cancellationToken).ConfigureAwait(false);
        if (tokens.Tokens > threshold)
        {
            return Decide(context, table, new(Scenario.LongContext, true, $"{tokens.Tokens} tokens ({tokens.Source}) are more than longContextThreshold {threshold}"), targets);
        }

        if (isLongSession && tokens.Tokens > LeastOfLongSession)
        {
            return Decide(context, table, new(Scenario.LongContext, true, $"the session's last answer had read {last} tokens, more than longContextThreshold {threshold}, and this request has {tokens.Tokens}"), targets);
        }

        context.Add(tokens.Source == TokenCountSource.Size ? table.Short : new(Scenario.LongContext, false, $"{tokens.Tokens} tokens ({tokens.Source}) are no more than longContextThreshold {threshold}"));
        return null;
    }
}
