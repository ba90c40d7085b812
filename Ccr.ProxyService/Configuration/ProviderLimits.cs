namespace Ccr.ProxyService.Configuration;

/// <summary>What one replica asks of a provider at most. The Providers' section "limits".</summary>
internal sealed record ProviderLimits
{
    /// <summary>No limit but those of the queue, which nobody enters.</summary>
    public static readonly ProviderLimits None = new();

    /// <summary>Requests a minute, over all keys; null does not count them.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Input tokens a minute, over all keys; null does not count them.</summary>
    public int? TokensPerMinute { get; init; }

    /// <summary>Calls at the same time; null does not count them.</summary>
    public int? MaxConcurrent { get; init; }

    /// <summary>Calls that may wait for a place. Ignored without <see cref="MaxConcurrent"/>. Default 1000.</summary>
    public int MaxQueue { get; init; } = 1000;

    /// <summary>Longest wait for a place. Ignored without <see cref="MaxConcurrent"/>. Default 10 s.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(10);
}
