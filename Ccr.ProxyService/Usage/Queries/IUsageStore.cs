namespace Ccr.ProxyService.Usage;

/// <summary>Where counters are read from.</summary>
internal interface IUsageStore
{
    /// <summary>"redis": of all replicas; "memory": of this process since its start.</summary>
    string Source { get; }

    /// <summary>The series whose name begins so, sessions aside.</summary>
    Task<IReadOnlyList<string>> SeriesAsync(string prefix);

    /// <summary>The sessions whose last request was not before that (Unix milliseconds), newest first.</summary>
    Task<IReadOnlyList<string>> SessionsAsync(long sinceMs);

    /// <summary>The counters at each address; null where nothing was counted.</summary>
    Task<long[]?[]> ReadAsync(IReadOnlyList<UsageAddress> addresses);

    /// <summary>The client program of each session; null where it is not known.</summary>
    Task<string?[]> ApplicationsAsync(IReadOnlyList<string> sessions);

    /// <summary>What is known of each session; null for one that is gone.</summary>
    Task<SessionState?[]> ReadSessionsAsync(IReadOnlyList<string> sessions);
}
