namespace Ccr.ProxyService.Usage;

/// <summary>The last samples of a target; the oldest make room. Adding allocates nothing.</summary>
internal sealed class ThroughputRing
{
    /// <summary>Samples kept.</summary>
    public const int Capacity = 256;

    private readonly Lock _lock = new();
    private readonly ThroughputSample[] _samples = new ThroughputSample[Capacity];
    private long _last;

    /// <summary>Keeps one more.</summary>
    public void Add(in ThroughputSample sample)
    {
        lock (_lock)
        {
            _samples[_last++ % Capacity] = sample;
        }
    }

    /// <summary>The samples that are kept, oldest first, and how many there ever were.</summary>
    public (ThroughputSample[] Samples, long Count) Read()
    {
        lock (_lock)
        {
            var samples = new ThroughputSample[Math.Min(_last, Capacity)];
            for (var i = 0; i < samples.Length; i++)
            {
                samples[i] = _samples[(_last - samples.Length + i) % Capacity];
            }

            return (samples, _last);
        }
    }
}
