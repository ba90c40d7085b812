namespace Ccr.ProxyService.Routing.Affinity;

/// <summary>
/// Whether it is worth asking Redis on behalf of a request. A Redis that hangs is worse than one that is gone: after one answer that came late nobody asks for a while, and nobody asks at all
/// until the background task has had an answer again.
/// </summary>
internal sealed class LookupGate(TimeProvider time)
{
    /// <summary>How long nobody asks after an answer was late.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private volatile bool _answers;
    private long _lateAt = long.MinValue;

    /// <summary>How long a request waits for an answer.</summary>
    public TimeSpan Budget { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Whether the last sign was one of life.</summary>
    public bool Answers => _answers;

    /// <summary>Whether a request may ask now.</summary>
    public bool IsOpen
    {
        get
        {
            var late = Interlocked.Read(ref _lateAt);
            return _answers && (late == long.MinValue || time.GetElapsedTime(late) >= Pause);
        }
    }

    /// <summary>Redis answered the background task, or did not.</summary>
    public void Set(bool answers) => _answers = answers;

    /// <summary>A request waited in vain.</summary>
    public void Late() => Interlocked.Exchange(ref _lateAt, time.GetTimestamp());
}
