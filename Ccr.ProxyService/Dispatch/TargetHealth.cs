using System.Collections.Concurrent;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Dispatch;

/// <summary>What the last calls to each target showed: whether they answered, and how soon.</summary>
internal sealed class TargetHealth(RequestRouter router) : ITargetStates
{
    /// <summary>Weight of the newest sample.</summary>
    private const double Alpha = 0.3;

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>A target answered; the first content took this long.</summary>
    public void Succeeded(string target, TimeSpan firstContent)
    {
        var entry = _entries.GetOrAdd(target, static _ => new Entry());
        lock (entry)
        {
            var seconds = firstContent.TotalSeconds;
            entry.Latency = entry.Latency is { } old ? (Alpha * seconds) + ((1 - Alpha) * old) : seconds;
            entry.Requests++;
            entry.LastFailure = null;
        }
    }

    /// <summary>A target failed.</summary>
    public void Failed(string target, string failure)
    {
        var entry = _entries.GetOrAdd(target, static _ => new Entry());
        lock (entry)
        {
            entry.Failures++;
            entry.LastFailure = failure;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<TargetState> Snapshot()
    {
        var states = new List<TargetState>();
        var listed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (target, scenarios) in router.Table.All())
        {
            listed.Add(target.Name);
            states.Add(State(target.Name, scenarios));
        }

        // Targets that clients chose themselves.
        foreach (var name in _entries.Keys.Where(n => !listed.Contains(n)).Order(StringComparer.Ordinal).Take(100))
        {
            states.Add(State(name, [Scenario.Direct]));
        }

        return states;
    }

    private TargetState State(string name, IReadOnlyList<string> scenarios)
    {
        if (!_entries.TryGetValue(name, out var entry))
        {
            return new(name, scenarios, "unknown", null, null, 0, 0);
        }

        lock (entry)
        {
            return new(name, scenarios, entry.LastFailure is null ? "ok" : "failing", entry.Latency, entry.LastFailure, entry.Requests, entry.Failures);
        }
    }

    private sealed class Entry
    {
        public double? Latency;
        public string? LastFailure;
        public long Requests;
        public long Failures;
    }
}
