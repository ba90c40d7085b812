namespace Ccr.ProxyService.Usage;

/// <summary>What is known of one route target, for the status page and the metrics.</summary>
/// <param name="Name">"provider,model".</param>
/// <param name="Scenarios">The scenarios and tiers that name it.</param>
/// <param name="State">"unknown" before the first call, then "ok" or "failing".</param>
/// <param name="LatencySeconds">Smoothed time to first content; null before the first success.</param>
/// <param name="LastFailure">The last failure's short word; null when the last call succeeded.</param>
/// <param name="Requests">Successful answers since the start.</param>
/// <param name="Failures">Failed attempts since the start.</param>
internal sealed record TargetState(string Name, IReadOnlyList<string> Scenarios, string State, double? LatencySeconds, string? LastFailure, long Requests, long Failures)
{
    /// <summary>A target that never refused.</summary>
    public static readonly IReadOnlyDictionary<string, long> NoRefusals = new Dictionary<string, long>();

    /// <summary>"closed", "half-open" (its time is over, a probe may find out) or "open".</summary>
    public string Breaker { get; init; } = "closed";

    /// <summary>When an open breaker lets a probe through; null when it is not open.</summary>
    public DateTime? OpenUntil { get; init; }

    /// <summary>The keys of its provider.</summary>
    public int Keys { get; init; } = 1;

    /// <summary>Those of them that rest for this target.</summary>
    public int CoolingKeys { get; init; }

    /// <summary>Calls under way.</summary>
    public int Active { get; init; }

    /// <summary>Calls that wait for a place at its provider.</summary>
    public int Queued { get; init; }

    /// <summary>First contents that the latency is made of.</summary>
    public int Samples { get; init; }

    /// <summary>Answers of 429 since the start.</summary>
    public long RateLimitHits { get; init; }

    /// <summary>Times that a key began to rest for a rate limit since the start.</summary>
    public long RateLimitBackoffs { get; init; }

    /// <summary>Times that it was not asked since the start, by reason: open, cooling, limit, busy.</summary>
    public IReadOnlyDictionary<string, long> Refusals { get; init; } = NoRefusals;
}
