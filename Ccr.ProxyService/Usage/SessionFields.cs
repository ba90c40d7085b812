namespace Ccr.ProxyService.Usage;

/// <summary>The fields of a session's hash in Redis besides the counters.</summary>
internal static class SessionFields
{
    /// <summary>When its first request began, Unix milliseconds.</summary>
    public const string First = "first_ms";

    /// <summary>When its last request ended.</summary>
    public const string Last = "last_ms";

    /// <summary>The client program.</summary>
    public const string Application = "app";

    /// <summary>The target that was asked last, "provider,model".</summary>
    public const string Target = "target";

    /// <summary>The counters' names, by the index in <see cref="SessionState.Values"/>.</summary>
    public static readonly string[] Counters = [.. UsageCounters.Names, .. SessionCounters.Agents];
}
