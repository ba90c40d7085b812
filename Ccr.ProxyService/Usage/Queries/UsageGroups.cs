using Ccr.ServiceDefaults;

namespace Ccr.ProxyService.Usage;

/// <summary>What usage can be grouped by.</summary>
internal static class UsageGroups
{
    /// <summary>Everything in one row.</summary>
    public const string Total = "total";

    /// <summary>By session.</summary>
    public const string Session = "session";

    /// <summary>The words, and what the names of their series begin with.</summary>
    public static readonly IReadOnlyDictionary<string, string> Prefixes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [Total] = RedisKeys.Total,
        ["tier"] = RedisKeys.Tier(""),
        ["provider"] = RedisKeys.Provider(""),
        ["model"] = RedisKeys.Model(""),
        ["key"] = RedisKeys.Key(""),
        ["application"] = RedisKeys.Application(""),
        ["scenario"] = RedisKeys.Scenario(""),
        [Session] = RedisKeys.Session(""),
    };
}
