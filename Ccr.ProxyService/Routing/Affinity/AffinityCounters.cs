using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Routing.Affinity;

/// <summary>What affinity did, for /metrics. No session's name is in it.</summary>
internal sealed class AffinityCounters
{
    private long _sessions;

    /// <summary>Requests that went to the target where their prompt cache is warm.</summary>
    public Counter Hit { get; } = new();

    /// <summary>Requests of sessions that no replica knew, or whose target is not among the decision's.</summary>
    public Counter Miss { get; } = new();

    /// <summary>Requests whose warm target was refused, or stood behind the client's own choice.</summary>
    public Counter Yielded { get; } = new();

    /// <summary>Requests whose cache was cold, so that the order decided.</summary>
    public Counter Cold { get; } = new();

    /// <summary>Answers that came from another target than the one with the warm cache, or than the first one tried.</summary>
    public Counter Moved { get; } = new();

    /// <summary>Questions to the other replicas that brought a session's target.</summary>
    public Counter Found { get; } = new();

    /// <summary>Questions to the other replicas to which nobody knew the answer.</summary>
    public Counter Unknown { get; } = new();

    /// <summary>Questions to the other replicas that were not answered in time.</summary>
    public Counter Late { get; } = new();

    /// <summary>Questions that were not asked because no answer was to be expected.</summary>
    public Counter Skipped { get; } = new();

    /// <summary>Sessions remembered here.</summary>
    public long Sessions
    {
        get => Interlocked.Read(ref _sessions);
        set => Interlocked.Exchange(ref _sessions, value);
    }

    /// <summary>All decisions with their words.</summary>
    public IEnumerable<(string Word, Counter Counter)> Decisions => [("hit", Hit), ("yielded", Yielded), ("moved", Moved), ("miss", Miss), ("cold", Cold)];

    /// <summary>All questions to the other replicas with their words.</summary>
    public IEnumerable<(string Word, Counter Counter)> Lookups => [("found", Found), ("unknown", Unknown), ("late", Late), ("skipped", Skipped)];
}
