namespace Ccr.ProxyService.Routing;

/// <summary>The names of the routing rules, as in the configuration file.</summary>
internal static class Scenario
{
    /// <summary>The client named provider and model itself.</summary>
    public const string Direct = "direct";

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
