namespace Ccr.ProxyService.Configuration;

/// <summary>Reads Keys.</summary>
internal static class KeysReader
{
    private const int MostTokens = 10_000_000;
    private const int LongestWaitMs = 30_000;

    /// <summary>The settings of the file.</summary>
    public static KeysConfig Read(ConfigSection top)
    {
        if (top.Object("Keys") is not { } node)
        {
            return new();
        }

        var section = top.Below(node, "Keys", KnownSettings.Keys);
        section.ReportNames();
        var defaults = new KeysConfig();
        return new()
        {
            Required = section.Flag("required") ?? defaults.Required,
            LocalWhenRedisIsAway = Word(section, "whenRedisIsAway", "local", "refuse") ?? defaults.LocalWhenRedisIsAway,
            AllowUnpriced = Word(section, "unpriced", "allow", "deny") ?? defaults.AllowUnpriced,
            DefaultMaxTokens = (int)(section.Integer("defaultMaxTokens", 1, MostTokens) ?? defaults.DefaultMaxTokens),
            RedisWait = section.Integer("redisWaitMs", 1, LongestWaitMs) is { } wait ? TimeSpan.FromMilliseconds(wait) : defaults.RedisWait,
        };
    }

    /// <summary>True for the one word, false for the other, null when neither is said.</summary>
    private static bool? Word(ConfigSection section, string name, string yes, string no)
    {
        if (section.Find(name) is not { } member || section.Text(name) is not { } text)
        {
            return null;
        }

        if (text == yes || text == no)
        {
            return text == yes;
        }

        section.Problems.Error(section.PathOf(member.Name), member.Value.Line, $"must be \"{yes}\" or \"{no}\"");
        return null;
    }
}
