namespace Ccr.Bench.Load;

/// <summary>Nearest-rank quantiles of a set of samples.</summary>
internal sealed record Quantiles(double P50, double P99, double P999, double Max)
{
    /// <summary>Of samples in any order, which are sorted in place; null when there are none.</summary>
    public static Quantiles? Of(List<double> samples)
    {
        if (samples.Count == 0)
        {
            return null;
        }

        samples.Sort();
        return new Quantiles(At(samples, 0.5), At(samples, 0.99), At(samples, 0.999), samples[^1]);
    }

    private static double At(List<double> sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)];
}
