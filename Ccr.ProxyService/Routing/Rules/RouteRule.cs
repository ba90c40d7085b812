using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Routing.Rules;

/// <summary>A rule of the file's own: conditions, all of which must hold (of a list one suffices), and what then happens.</summary>
internal sealed record RouteRule(string Name)
{
    /// <summary>Patterns of the model's name; empty for any.</summary>
    public string[] Models { get; init; } = [];

    /// <summary>Headers with the patterns of their values.</summary>
    public (string Name, string[] Patterns)[] Headers { get; init; } = [];

    /// <summary>Patterns of User-Agent.</summary>
    public string[] UserAgents { get; init; } = [];

    /// <summary>Client programs.</summary>
    public string[] Clients { get; init; } = [];

    /// <summary>The request has more tokens.</summary>
    public long? TokensOver { get; init; }

    /// <summary>The request has fewer tokens.</summary>
    public long? TokensUnder { get; init; }

    /// <summary>Patterns of the names of declared tools.</summary>
    public string[] Tools { get; init; } = [];

    /// <summary>Whether the newest message holds an image.</summary>
    public bool? HasImage { get; init; }

    /// <summary>Patterns that match the newest user message's text somewhere.</summary>
    public string[] Texts { get; init; } = [];

    /// <summary>Protocols of the client.</summary>
    public Dialect[] Dialects { get; init; } = [];

    /// <summary>Kinds of request, whether or not they have a route of their own.</summary>
    public string[] Scenarios { get; init; } = [];

    /// <summary>Where a request goes; empty when the rule only sets parameters and the next rules decide.</summary>
    public IReadOnlyList<RouteTarget> Targets { get; init; } = [];

    /// <summary>Set in the body, also over what the client sent.</summary>
    public IReadOnlyList<BodyParameter> Set { get; init; } = [];

    /// <summary>True when it has routes but nothing of them, or of what they fall back to, is usable.</summary>
    public bool IsUnusable { get; init; }

    /// <summary>The step of a rule that is taken.</summary>
    public RouteStep Taken { get; } = new(Scenario.Rule, true, $"rule {Name}");

    /// <summary>The step of a rule all of whose providers are disabled.</summary>
    public RouteStep Unusable { get; } = new(Scenario.Rule, false, $"rule {Name}: its provider is disabled");

    private RouteStep[] Missed { get; } = [.. Words.Select(word => new RouteStep(Scenario.Rule, false, $"rule {Name}: {word}"))];

    private static readonly string[] Words =
    [
        "another model", "a header differs", "another User-Agent", "another client", "another protocol", "the newest message has an image, or has none", "another kind of request",
        "no such tool is declared", "the newest text differs", "more or fewer tokens",
    ];

    /// <summary>The step of a rule whose condition of that number does not hold.</summary>
    public RouteStep Missing(int condition) => Missed[condition];
}
