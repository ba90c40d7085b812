namespace Ccr.Dashboard.Web.Sources;

/// <summary>One look at Redis.</summary>
internal sealed record RedisSample
{
    /// <summary>Everything the proxies served; null when nothing was ever counted.</summary>
    public Counters? Total { get; init; }

    /// <summary>The tokenizer service's own counters; null when it has none.</summary>
    public TokenizerCounters? Tokenizer { get; init; }

    /// <summary>Proxies that gave a sign of life.</summary>
    public IReadOnlyList<LiveInstance> Instances { get; init; } = [];

    /// <summary>The last requests, newest first. The same list object as long as nothing new came.</summary>
    public IReadOnlyList<RequestEntry> Requests { get; init; } = [];

    /// <summary>All series by name, such as "provider:deepseek".</summary>
    public IReadOnlyDictionary<string, Counters> Series { get; init; } = new Dictionary<string, Counters>();

    /// <summary>The last hour by minute, oldest first; empty before the first look.</summary>
    public IReadOnlyList<MinuteCounters> Minutes { get; init; } = [];
}
