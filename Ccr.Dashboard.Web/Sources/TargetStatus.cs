namespace Ccr.Dashboard.Web.Sources;

/// <summary>A route target and how it does.</summary>
internal sealed record TargetStatus
{
    /// <summary>"provider,model".</summary>
    public string? Name { get; init; }

    /// <summary>The scenarios and tiers that lead to it.</summary>
    public IReadOnlyList<string>? Scenarios { get; init; }

    /// <summary>"unknown" before the first call, then "ok" or "failing".</summary>
    public string? State { get; init; }

    /// <summary>Smoothed time to first content.</summary>
    public double? LatencySeconds { get; init; }

    public string? LastFailure { get; init; }

    /// <summary>"closed", "half-open" or "open".</summary>
    public string? Breaker { get; init; }

    /// <summary>The keys of its provider, and those of them that rest.</summary>
    public int? Keys { get; init; }

    public int? CoolingKeys { get; init; }

    /// <summary>Successful answers since the proxy started.</summary>
    public long? Requests { get; init; }

    /// <summary>Failed attempts since the proxy started.</summary>
    public long? Failures { get; init; }
}
