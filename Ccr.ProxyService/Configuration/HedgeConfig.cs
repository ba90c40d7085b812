namespace Ccr.ProxyService.Configuration;

/// <summary>When a second target is raced against a slow first one (Hedge).</summary>
internal sealed record HedgeConfig
{
    /// <summary>Whether to do it at all. Default true; streams with a second target only.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The wait for the first content before the second is asked (delayMs); null learns it from the target's own latency. </summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>The least learned wait, and the wait while nothing is learned (minDelayMs). Default 10 s.</summary>
    public TimeSpan LeastDelay { get; init; } = TimeSpan.FromSeconds(10);
}
