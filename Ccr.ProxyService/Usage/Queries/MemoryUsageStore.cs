using Ccr.ServiceDefaults;

namespace Ccr.ProxyService.Usage;

/// <summary>This process's own counters, to the last request.</summary>
internal sealed class MemoryUsageStore : IUsageStore
{
    private static readonly string SessionPrefix = RedisKeys.Session("");

    private readonly UsageRecorder _recorder;
    private readonly UsageHistory _history;
    private readonly Dictionary<string, UsageCounters> _series;

    /// <summary>A store as of now.</summary>
    public MemoryUsageStore(UsageRecorder recorder, UsageHistory history)
    {
        history.Take();
        _recorder = recorder;
        _history = history;
        _series = recorder.Series.ToDictionary(c => c.Series, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public string Source => "memory";

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> SeriesAsync(string prefix) =>
        Task.FromResult<IReadOnlyList<string>>([.. _series.Keys.Where(s => s.StartsWith(prefix, StringComparison.Ordinal))]);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> SessionsAsync(long sinceMs) =>
        Task.FromResult<IReadOnlyList<string>>(
        [
            .. from session in _recorder.Clients.Sessions.All.Select(s => (s.Id, s.LastMs)).ToList()
               where session.LastMs >= sinceMs
               orderby session.LastMs descending, session.Id
               select session.Id,
        ]);

    /// <inheritdoc/>
    public Task<long[]?[]> ReadAsync(IReadOnlyList<UsageAddress> addresses) => Task.FromResult(addresses.Select(Read).ToArray());

    /// <inheritdoc/>
    public Task<string?[]> ApplicationsAsync(IReadOnlyList<string> sessions) =>
        Task.FromResult(sessions.Select(id => _recorder.Clients.Sessions.Find(id)?.Snapshot().Application).ToArray());

    /// <inheritdoc/>
    public Task<SessionState?[]> ReadSessionsAsync(IReadOnlyList<string> sessions) =>
        Task.FromResult(sessions.Select(id => _recorder.Clients.Sessions.Find(id)?.Snapshot()).ToArray());

    private long[]? Read(UsageAddress address)
    {
        if (address.Slice is { } slice)
        {
            return _history.Find(address.Series, slice.Granularity, slice.Start);
        }

        if (address.Series.StartsWith(SessionPrefix, StringComparison.Ordinal))
        {
            return _recorder.Clients.Sessions.Find(address.Series[SessionPrefix.Length..])?.Snapshot().Values;
        }

        return _series.TryGetValue(address.Series, out var counters) ? [.. Enumerable.Range(0, UsageCounters.Count).Select(i => counters[(UsageField)i])] : null;
    }
}
