using System.Collections.Concurrent;
using Ccr.Protocols.Errors;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Routing.Order;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Health;

/// <summary>
/// What the last calls to each target showed, and whether it may be asked now. The dispatcher asks for a <see cref="Pass"/> before every attempt, tells what the answer's
/// headers say, when the first content came, and how it ended.
/// </summary>
internal sealed class TargetHealth(RequestRouter router, TimeProvider time) : ITargetStates, ITargetFacts
{
    /// <summary>Weight of the newest sample.</summary>
    private const double Alpha = 0.3;

    /// <summary>Older samples say nothing of how fast a target is now.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(10);

    /// <summary>So many failures in a row make a target unusable for as long as <see cref="Rest"/> after the last one.</summary>
    private const int FailuresInARow = 3;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Asks to be let through to a target; may wait for a free place.</summary>
    /// <param name="target">Whom to ask.</param>
    /// <param name="call">On whose behalf.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<Admission> AdmitAsync(RouteTarget target, ProxyCall call, CancellationToken cancellationToken)
    {
        var pass = new Pass(target, new ProviderKey("key-1", target.Provider.ApiKey));
        Interlocked.Increment(ref EntryOf(pass).Active);
        return new(new Admission(pass, null));
    }

    /// <summary>The headers of an answer came, whatever its status.</summary>
    public void Headers(Pass pass, HttpResponseMessage response) => EntryOf(pass).Status = (int)response.StatusCode;

    /// <summary>The first content came, so long after the request was sent.</summary>
    public void FirstContent(Pass pass, TimeSpan after)
    {
        var entry = EntryOf(pass);
        lock (entry)
        {
            var seconds = after.TotalSeconds;
            var isFresh = entry.Samples > 0 && time.GetElapsedTime(entry.SampledAt) < Freshness;
            entry.Latency = isFresh && entry.Latency is { } old ? (Alpha * seconds) + ((1 - Alpha) * old) : seconds;
            entry.Samples = isFresh ? entry.Samples + 1 : 1;
            entry.SampledAt = time.GetTimestamp();
        }
    }

    /// <summary>The answer came whole.</summary>
    public void Succeeded(Pass pass, TimeSpan duration)
    {
        var entry = EntryOf(pass);
        lock (entry)
        {
            entry.Active--;
            entry.Requests++;
            entry.LastFailure = null;
            entry.FailuresInARow = 0;
        }
    }

    /// <summary>The attempt failed.</summary>
    public void Failed(Pass pass, ProviderError error)
    {
        var entry = EntryOf(pass);
        lock (entry)
        {
            entry.Active--;
            entry.Failures++;
            entry.LastFailure = Failures.Word(error.Kind);
            entry.FailuresInARow++;
            entry.FailedAt = time.GetTimestamp();
        }
    }

    /// <summary>The attempt was given up through no fault of the target: the client left, or another target was faster.</summary>
    public void Abandoned(Pass pass) => Interlocked.Decrement(ref EntryOf(pass).Active);

    /// <inheritdoc/>
    public TargetFacts Of(string target)
    {
        if (!_entries.TryGetValue(target, out var entry))
        {
            return TargetFacts.Untried;
        }

        lock (entry)
        {
            return new(
                entry.Latency,
                entry.Samples > 0 && time.GetElapsedTime(entry.SampledAt) < Freshness ? entry.Samples : 0,
                entry.Active,
                entry.FailuresInARow < FailuresInARow || time.GetElapsedTime(entry.FailedAt) >= Rest,
                entry.Failures > 0 && entry.Requests == 0);
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

    private Entry EntryOf(Pass pass) => _entries.GetOrAdd(pass.Target.Name, static _ => new Entry());

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
        public int Active;
        public int Status;
        public int Samples;
        public long SampledAt;
        public int FailuresInARow;
        public long FailedAt;
    }
}
