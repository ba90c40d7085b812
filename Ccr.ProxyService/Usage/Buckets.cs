namespace Ccr.ProxyService.Usage;

/// <summary>Bucket bounds of the histograms. Those that other routers publish too keep the bounds their dashboards know.</summary>
internal static class Buckets
{
    /// <summary>Whole requests, seconds.</summary>
    public static readonly double[] Duration = [0.1, 0.5, 1, 2, 5, 10, 30, 60];

    /// <summary>Time to first content, seconds.</summary>
    public static readonly double[] FirstContent = [0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30];

    /// <summary>Output tokens per second.</summary>
    public static readonly double[] TokensPerSecond = [1, 5, 10, 20, 40, 60, 80, 100, 150, 200];

    /// <summary>The proxy's own share of a request, seconds.</summary>
    public static readonly double[] Overhead = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
}
