namespace Ccr.ProxyService.Routing;

/// <summary>The names of the routing rules, as in the configuration file.</summary>
internal static class Scenario
{
    /// <summary>The address names a preset.</summary>
    public const string Preset = "preset";

    /// <summary>The script of CUSTOM_ROUTER_PATH chose.</summary>
    public const string Custom = "custom";

    /// <summary>A rule of Router.rules.</summary>
    public const string Rule = "rule";

    /// <summary>The client named provider and model itself.</summary>
    public const string Direct = "direct";

    /// <summary>A tag in the prompt names the model of a subagent.</summary>
    public const string Subagent = "subagent";

    /// <summary>No other rule took it.</summary>
    public const string Default = "default";

    /// <summary>A small model for side work.</summary>
    public const string Background = "background";

    /// <summary>Thinking is on.</summary>
    public const string Think = "think";

    /// <summary>More tokens than the threshold.</summary>
    public const string LongContext = "longContext";

    /// <summary>A web search tool is declared.</summary>
    public const string WebSearch = "webSearch";

    /// <summary>The newest message holds an image.</summary>
    public const string Image = "image";
}
