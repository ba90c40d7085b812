namespace Ccr.ProxyService.Usage;

/// <summary>The answer of /api/sessions: newest first.</summary>
/// <param name="Total">How many there are.</param>
/// <param name="Source">"redis": of all replicas; "memory": of this process since its start.</param>
/// <param name="Sessions">The page.</param>
/// <param name="NextOffset">Where the next page begins; null when there is none.</param>
internal sealed record SessionList(int Total, string Source, IReadOnlyList<SessionList.Entry> Sessions, int? NextOffset)
{
    /// <summary>One session.</summary>
    /// <param name="FirstSeen">When its first request began, UTC.</param>
    /// <param name="LastSeen">When its last request ended, UTC.</param>
    /// <param name="Target">The target that was asked last.</param>
    internal sealed record Entry(
        string Id,
        string? Application,
        DateTime FirstSeen,
        DateTime LastSeen,
        long Requests,
        long Failures,
        long InputTokens,
        long OutputTokens,
        long CacheReadTokens,
        long CacheCreationTokens,
        long ReasoningTokens,
        decimal? CostUsd,
        long UnpricedRequests,
        AgentCounts Agents,
        string? Target)
    {
        /// <summary>A session's entry.</summary>
        public static Entry Of(SessionState session)
        {
            return new(
                session.Id,
                session.Application,
                DateTimeOffset.FromUnixTimeMilliseconds(session.FirstMs).UtcDateTime,
                DateTimeOffset.FromUnixTimeMilliseconds(session.LastMs).UtcDateTime,
                Value(UsageField.Requests),
                Value(UsageField.Failures),
                Value(UsageField.InputTokens),
                Value(UsageField.OutputTokens),
                Value(UsageField.CacheReadTokens),
                Value(UsageField.CacheWriteTokens),
                Value(UsageField.ReasoningTokens),
                UsageReport.CostOf(Value),
                Value(UsageField.UnpricedRequests),
                new(session.Values[UsageCounters.Count], session.Values[UsageCounters.Count + 1], session.Values[UsageCounters.Count + 2]),
                session.Target);

            long Value(UsageField field) => session.Values[(int)field];
        }
    }

    /// <summary>A session's requests by who within it asked; what does not tell is in none.</summary>
    internal sealed record AgentCounts(long Main, long Subagent, long Auxiliary);
}
