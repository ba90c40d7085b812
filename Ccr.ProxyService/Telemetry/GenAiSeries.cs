using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Telemetry;

/// <summary>The two histograms that some of the metrics for generative AI need for each of their series.</summary>
/// <param name="first">The bounds of the first one.</param>
/// <param name="second">The bounds of the second one.</param>
internal sealed class GenAiSeries(double[] first, double[] second)
{
    /// <summary>Input tokens, or the time to the first token.</summary>
    public Histogram First { get; } = new(first);

    /// <summary>Output tokens, or the time of each token.</summary>
    public Histogram Second { get; } = new(second);
}
