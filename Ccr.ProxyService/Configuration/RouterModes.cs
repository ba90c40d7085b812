namespace Ccr.ProxyService.Configuration;

/// <summary>The words for <see cref="RouterMode"/> in the configuration and in /api/mode.</summary>
internal static class RouterModes
{
    /// <summary>All of them, for messages.</summary>
    public const string Known = "route, target, compare, anthropic-only";

    /// <summary>The word of a mode.</summary>
    public static string Word(RouterMode mode) => mode switch
    {
        RouterMode.Route => "route",
        RouterMode.Target => "target",
        RouterMode.Compare => "compare",
        RouterMode.AnthropicOnly => "anthropic-only",
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "This mode has no word."),
    };

    /// <summary>The mode of a word, without regard to case; null for an unknown one.</summary>
    public static RouterMode? Of(string word)
    {
        foreach (var mode in Enum.GetValues<RouterMode>())
        {
            if (word.Equals(Word(mode), StringComparison.OrdinalIgnoreCase))
            {
                return mode;
            }
        }

        return null;
    }
}
