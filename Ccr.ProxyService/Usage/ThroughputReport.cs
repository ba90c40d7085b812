using System.Globalization;

namespace Ccr.ProxyService.Usage;

/// <summary>An entry of /v1/throughput: how fast a target's streamed answers came. Means and percentiles are those of <paramref name="Recent"/>.</summary>
/// <param name="Tier">"provider,model".</param>
/// <param name="Samples">Streamed answers with an output count since the start, whether or not they are still among the recent ones.</param>
/// <param name="Recent">The last ones, oldest first.</param>
internal sealed record ThroughputReport(
    string Tier,
    long Samples,
    double AvgTtftSeconds,
    double P50TtftSeconds,
    double P90TtftSeconds,
    double P99TtftSeconds,
    double AvgTokensPerSecond,
    double P50TokensPerSecond,
    IReadOnlyList<ThroughputReport.Sample> Recent)
{
    /// <summary>One answer.</summary>
    /// <param name="Timestamp">When it ended, RFC 3339 with milliseconds, UTC.</param>
    internal sealed record Sample(double TtftSeconds, double TokensPerSecond, long OutputTokens, double GenerationSeconds, string Timestamp);

    /// <summary>The report of a target; null when it has no sample.</summary>
    public static ThroughputReport? From(string tier, ThroughputRing ring)
    {
        var (samples, count) = ring.Read();
        if (count == 0)
        {
            return null;
        }

        var first = Array.ConvertAll(samples, static s => s.FirstContentSeconds);
        var rates = Array.ConvertAll(samples, static s => s.TokensPerSecond);
        Array.Sort(first);
        Array.Sort(rates);
        return new(
            tier, count, Seconds(first.Average()), Seconds(Percentile(first, 50)), Seconds(Percentile(first, 90)), Seconds(Percentile(first, 99)), Rate(rates.Average()), Rate(Percentile(rates, 50)),
            Array.ConvertAll(samples, static s => new Sample(
                Seconds(s.FirstContentSeconds), Rate(s.TokensPerSecond), s.OutputTokens, Seconds(s.GenerationSeconds), s.EndedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))));
    }

    /// <summary>The smallest value that so many percent of all do not exceed.</summary>
    private static double Percentile(double[] sorted, int percent) => sorted[(((sorted.Length * percent) + 99) / 100) - 1];

    private static double Seconds(double value) => Math.Round(value, 6);

    private static double Rate(double value) => Math.Round(value, 3);
}
