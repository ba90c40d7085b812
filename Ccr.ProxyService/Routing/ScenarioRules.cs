using Ccr.Protocols.Requests;
using Ccr.ProxyService.Dispatch;

namespace Ccr.ProxyService.Routing;

/// <summary>What makes a request one of a kind, and the steps that say so; those whose words are always the same are made once.</summary>
internal static class ScenarioRules
{
    /// <summary>Router.longContext is not set.</summary>
    public static readonly RouteStep NoLongContext = RouteStep.Unset(Scenario.LongContext, "Router.longContext is not set");

    /// <summary>Router.background is not set.</summary>
    public static readonly RouteStep NoBackground = RouteStep.Unset(Scenario.Background, "Router.background is not set");

    /// <summary>Router.webSearch is not set.</summary>
    public static readonly RouteStep NoWebSearch = RouteStep.Unset(Scenario.WebSearch, "Router.webSearch is not set");

    /// <summary>Router.image is not set.</summary>
    public static readonly RouteStep NoImage = RouteStep.Unset(Scenario.Image, "Router.image is not set");

    /// <summary>Router.think is not set.</summary>
    public static readonly RouteStep NoThink = RouteStep.Unset(Scenario.Think, "Router.think is not set");

    /// <summary>No small model asked for.</summary>
    public static readonly RouteStep NotBackground = new(Scenario.Background, false, "the model's name does not hold both claude and haiku");

    /// <summary>No web search.</summary>
    public static readonly RouteStep NotWebSearch = new(Scenario.WebSearch, false, "no web_search tool is declared");

    /// <summary>A declared tool.</summary>
    public static readonly RouteStep WebSearch = new(Scenario.WebSearch, true, "a web_search tool is declared");

    /// <summary>A tag in the text.</summary>
    public static readonly RouteStep WebSearchTag = new(Scenario.WebSearch, true, "the newest text asks for it with [search] or [web]");

    /// <summary>No image.</summary>
    public static readonly RouteStep NotImage = new(Scenario.Image, false, "the newest message holds no image");

    /// <summary>An image.</summary>
    public static readonly RouteStep Image = new(Scenario.Image, true, "the newest message holds an image");

    /// <summary>No thinking.</summary>
    public static readonly RouteStep NotThink = new(Scenario.Think, false, "thinking is not asked for");

    /// <summary>Thinking with a budget.</summary>
    public static readonly RouteStep ThinkEnabled = new(Scenario.Think, true, "thinking is enabled");

    /// <summary>Thinking as the model likes, or a high effort.</summary>
    public static readonly RouteStep ThinkAdaptive = new(Scenario.Think, true, "thinking is adaptive or the effort high");

    /// <summary>Nothing else.</summary>
    public static readonly RouteStep Default = new(Scenario.Default, true, "no other rule applies");

    private static readonly RouteStep SmallModel = new(Scenario.Background, true, "the model is a small one (claude and haiku in its name)");
    private static readonly RouteStep Auxiliary = new(Scenario.Background, true, "the client calls the request auxiliary (x-claude-code-request-class)");

    /// <summary>The step of a request that is side work; null when it is not.</summary>
    public static RouteStep? IsBackground(ProxyCall call) =>
        ModelNames.IsSmallClaude(call.RequestedModel) ? SmallModel
        : call.Http.Request.Headers.TryGetValue("x-claude-code-request-class", out var word) && word.Count == 1 && "auxiliary".Equals(word[0], StringComparison.OrdinalIgnoreCase) ? Auxiliary
        : null;

    /// <summary>Whether thinking is on. The Node router takes any "thinking", even a disabled one.</summary>
    public static bool Thinks(in RequestPeek peek) => peek.Thinking is ThinkingMode.Enabled or ThinkingMode.Adaptive;
}
