namespace Ccr.ProxyService.Usage;

/// <summary>How fast one streamed answer came.</summary>
/// <param name="FirstContentSeconds">From the client's request line to the first content.</param>
/// <param name="OutputTokens">What it wrote, as the provider reported it.</param>
/// <param name="GenerationSeconds">From the first content to the end.</param>
/// <param name="EndedAt">When it ended, UTC.</param>
internal readonly record struct ThroughputSample(double FirstContentSeconds, long OutputTokens, double GenerationSeconds, DateTimeOffset EndedAt)
{
    /// <summary>Output tokens per second after the first content.</summary>
    public double TokensPerSecond => OutputTokens / GenerationSeconds;
}
