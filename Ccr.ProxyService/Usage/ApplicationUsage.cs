namespace Ccr.ProxyService.Usage;

/// <summary>What is counted for one client program.</summary>
internal sealed class ApplicationUsage
{
    /// <summary>Finished requests.</summary>
    public Counter Requests { get; } = new();

    /// <summary>Seconds from the request line to the last byte.</summary>
    public Histogram Duration { get; } = new(Buckets.Duration);
}
