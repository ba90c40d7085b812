namespace Ccr.Dashboard.Web.Sources;

/// <summary>What <c>GET /api/sessions</c> of the proxy answers, the ones seen last first.</summary>
public sealed record SessionPage
{
    /// <summary>Sessions there are.</summary>
    public long? Total { get; init; }

    /// <summary>"redis" for all proxies, "memory" for the one that answered.</summary>
    public string? Source { get; init; }

    public IReadOnlyList<SessionEntry>? Sessions { get; init; }

    /// <summary>Where the next page begins; null on the last one.</summary>
    public int? NextOffset { get; init; }
}
