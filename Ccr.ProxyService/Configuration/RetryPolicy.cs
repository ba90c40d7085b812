namespace Ccr.ProxyService.Configuration;

/// <summary>How often the same target is asked again, and after what pause (one entry of Router.tierRetries).</summary>
internal sealed record RetryPolicy
{
    /// <summary>For targets without an entry.</summary>
    public static readonly RetryPolicy Default = new();

    /// <summary>Further tries of the same target (max_retries). Default 2.</summary>
    public int MaxRetries { get; init; } = 2;

    /// <summary>The longest first pause (base_backoff_ms). Default 250 ms.</summary>
    public TimeSpan BaseBackoff { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>What the longest pause is multiplied by from try to try (backoff_multiplier). Default 2.</summary>
    public double Multiplier { get; init; } = 2;

    /// <summary>The longest pause of all (max_backoff_ms). Default 10 s.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest retry-after that is waited for; a longer one means the next target (max_retry_after_ms). Default 5 s.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Stages of this target with their own limits (stream_first_event_timeout_ms, stream_idle_timeout_ms).</summary>
    public TimeoutConfig Timeouts { get; init; } = new();

    /// <summary>The longest pause before a further try, counted from 1; the real one is drawn between nothing and it (full jitter).</summary>
    public TimeSpan LongestPause(int retry) =>
        TimeSpan.FromMilliseconds(Math.Min(MaxBackoff.TotalMilliseconds, BaseBackoff.TotalMilliseconds * Math.Pow(Multiplier, retry - 1)));
}
