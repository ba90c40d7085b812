namespace Ccr.ProxyService.Usage;

/// <summary>A question to /api/usage.</summary>
/// <param name="GroupBy">The word it was asked with.</param>
/// <param name="Prefix">What the names of the group's series begin with; the whole name for the total.</param>
/// <param name="From">The beginning; null for the first thing counted.</param>
/// <param name="To">The end; null for now.</param>
/// <param name="Interval">How long the buckets are; null for none.</param>
/// <param name="Limit">Most rows.</param>
internal sealed record UsageQuestion(string GroupBy, string Prefix, DateTimeOffset? From, DateTimeOffset? To, Granularity? Interval, int Limit)
{
    /// <summary>Whether it is about sessions, which have no counters by time.</summary>
    public bool IsOfSessions => GroupBy == UsageGroups.Session;
}
