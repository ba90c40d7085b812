namespace Ccr.ProxyService.Usage;

/// <summary>A number that goes up and down, and the highest it ever was.</summary>
internal sealed class Gauge
{
    private long _value;
    private long _peak;

    /// <summary>The number now.</summary>
    public long Value => Interlocked.Read(ref _value);

    /// <summary>The highest it was since the start.</summary>
    public long Peak => Interlocked.Read(ref _peak);

    /// <summary>One up.</summary>
    public void Up()
    {
        var now = Interlocked.Increment(ref _value);
        var peak = Interlocked.Read(ref _peak);
        while (now > peak)
        {
            var seen = Interlocked.CompareExchange(ref _peak, now, peak);
            if (seen == peak)
            {
                return;
            }

            peak = seen;
        }
    }

    /// <summary>One down.</summary>
    public void Down() => Interlocked.Decrement(ref _value);
}
