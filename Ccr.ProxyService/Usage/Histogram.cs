namespace Ccr.ProxyService.Usage;

/// <summary>Counts values by size for Prometheus. Observing takes no lock and allocates nothing.</summary>
/// <param name="bounds">The buckets' upper bounds, ascending and inclusive; one more for the rest is added.</param>
internal sealed class Histogram(double[] bounds)
{
    // The sum is kept in millionths, because an integer can be added without a loop.
    private const double SumScale = 1e6;

    private readonly long[] _buckets = new long[bounds.Length + 1];
    private long _sum;

    /// <summary>The buckets' upper bounds, without the last one, infinity.</summary>
    public double[] Bounds => bounds;

    /// <summary>The sum of all values, to a millionth.</summary>
    public double Sum => Interlocked.Read(ref _sum) / SumScale;

    /// <summary>Counts one value; a negative one (a clock set back) as zero.</summary>
    public void Observe(double value)
    {
        value = Math.Max(0, value);
        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
        {
            bucket++;
        }

        Interlocked.Increment(ref _buckets[bucket]);
        Interlocked.Add(ref _sum, (long)Math.Round(value * SumScale));
    }

    /// <summary>Adds the values of another one with the same bounds.</summary>
    public void Add(Histogram other)
    {
        for (var i = 0; i < _buckets.Length; i++)
        {
            Interlocked.Add(ref _buckets[i], other.InBucket(i));
        }

        Interlocked.Add(ref _sum, Interlocked.Read(ref other._sum));
    }

    /// <summary>The number of values in one bucket alone; the bucket after the last bound holds the rest.</summary>
    public long InBucket(int bucket) => Interlocked.Read(ref _buckets[bucket]);
}
