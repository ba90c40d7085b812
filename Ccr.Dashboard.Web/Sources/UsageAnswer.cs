namespace Ccr.Dashboard.Web.Sources;

/// <summary>What <c>GET /api/usage</c> of the proxy answers: counters of a span of time by group, in all and by step.</summary>
public sealed record UsageAnswer
{
    /// <summary>The kind of group that was asked for.</summary>
    public string? GroupBy { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    /// <summary>"minute", "hour" or "day".</summary>
    public string? Interval { get; init; }

    /// <summary>"redis" for all proxies, "memory" for the one that answered.</summary>
    public string? Source { get; init; }

    /// <summary>One for each group.</summary>
    public IReadOnlyList<UsageCount>? Rows { get; init; }

    /// <summary>One for each group and step in which anything was counted.</summary>
    public IReadOnlyList<UsageCount>? Buckets { get; init; }
}
