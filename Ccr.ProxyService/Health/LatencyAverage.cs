namespace Ccr.ProxyService.Health;

/// <summary>
/// The smoothed time to first content of one target. Only first contents count: a failure never makes it look faster, and a target that never answered has none. Its samples
/// lose weight with time, so that a target that was slow an hour ago is tried again.
/// </summary>
internal sealed class LatencyAverage
{
    /// <summary>Weight of the newest sample.</summary>
    private const double Alpha = 0.3;

    /// <summary>So many fresh samples make the average worth comparing.</summary>
    private const int MinimumSamples = 3;

    /// <summary>Below so many samples' weight it is forgotten.</summary>
    private const double LeastWeight = 1;

    private static readonly TimeSpan HalfLife = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private double? _seconds;
    private double _weight;
    private long _at;
    private bool _isEnough;

    /// <summary>Samples since the start.</summary>
    public int Samples { get; private set; }

    /// <summary>The average as it stands, whatever it is worth; null before the first sample.</summary>
    public double? Seconds
    {
        get
        {
            lock (_gate)
            {
                return _seconds;
            }
        }
    }

    /// <summary>The average if it can be compared with others: enough samples, and not too old; else null.</summary>
    public double? Comparable(long now)
    {
        lock (_gate)
        {
            return _isEnough && WeightAt(now) >= LeastWeight ? _seconds : null;
        }
    }

    /// <summary>One more first content.</summary>
    public void Add(TimeSpan after, long now)
    {
        lock (_gate)
        {
            var weight = WeightAt(now);
            if (weight < LeastWeight && _isEnough)
            {
                // Forgotten: begins anew.
                (_seconds, weight, _isEnough) = (null, 0, false);
            }

            _seconds = _seconds is { } old ? (Alpha * after.TotalSeconds) + ((1 - Alpha) * old) : after.TotalSeconds;
            Samples++;
            _weight = Math.Min(weight + 1, 100);
            _at = now;
            _isEnough |= _weight > MinimumSamples - 0.5;
        }
    }

    private double WeightAt(long now) => _weight * Math.Pow(0.5, Math.Max(0, now - _at) / HalfLife.TotalMilliseconds);
}
