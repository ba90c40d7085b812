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

    /// <summary>Tokens of a request, counted before it goes out.</summary>
    public static readonly double[] PreRequestTokens = [100, 500, 1000, 2000, 5000, 10_000, 25_000, 50_000, 100_000, 200_000];

    /// <summary>Tokens of one kind in one call, as the semantic conventions for generative AI advise.</summary>
    public static readonly double[] GenAiTokens =
        [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864];

    /// <summary>Whole calls and requests, seconds; same source.</summary>
    public static readonly double[] GenAiDuration = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];

    /// <summary>Time to the first token, seconds; same source.</summary>
    public static readonly double[] GenAiFirstToken = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    /// <summary>Time of one output token after the first, seconds; same source.</summary>
    public static readonly double[] GenAiPerToken = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];

    /// <summary>The proxy's own share of a request, seconds.</summary>
    public static readonly double[] Overhead = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
}
