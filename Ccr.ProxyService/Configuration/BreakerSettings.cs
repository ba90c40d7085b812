namespace Ccr.ProxyService.Configuration;

/// <summary>When a target is no longer asked, and when again. The section "Breaker".</summary>
internal sealed record BreakerSettings
{
    /// <summary>False asks every target however often it failed. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Failures in a row that open it. Default 3.</summary>
    public int Failures { get; init; } = 3;

    /// <summary>The time over which shares are counted. Default 30 s.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The share of failed calls in the window that opens it. Default 0.5.</summary>
    public double FailureRate { get; init; } = 0.5;

    /// <summary>Calls that the window must have before shares count. Default 20.</summary>
    public int MinimumCalls { get; init; } = 20;

    /// <summary>How long it stays open the first time; doubled with every probe that fails. Default 15 s.</summary>
    public TimeSpan Open { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest it stays open. Default 30 s.</summary>
    public TimeSpan MaxOpen { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A first content that comes later makes a call slow; zero (the default) calls none slow.</summary>
    public TimeSpan SlowCall { get; init; }

    /// <summary>The share of slow calls in the window that opens it. Default 0.8.</summary>
    public double SlowCallRate { get; init; } = 0.8;
}
