namespace Ccr.ProxyService.Configuration;

/// <summary>Small requests of our own to targets whose breaker is open. The section "HealthProbes".</summary>
internal sealed record HealthProbeSettings
{
    /// <summary>Default false: every probe is a request that the provider may bill.</summary>
    public bool Enabled { get; init; }

    /// <summary>The time between two probes of a target. Default 10 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a probe waits for its answer. Default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}
