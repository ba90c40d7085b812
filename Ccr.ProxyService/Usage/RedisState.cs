namespace Ccr.ProxyService.Usage;

/// <summary>How the write-behind to Redis stands: set by the writer, read by the status page and the metrics.</summary>
/// <param name="recorder">What is counted.</param>
/// <param name="isUsed">True when a Redis is configured.</param>
internal sealed class RedisState(UsageRecorder recorder, bool isUsed)
{
    private long _confirmed;
    private long _spoolBytes;
    private volatile bool _isConnected;

    /// <summary>True when a Redis is configured.</summary>
    public bool IsUsed => isUsed;

    /// <summary>True when the last write was confirmed.</summary>
    public bool IsConnected => _isConnected;

    /// <summary>Finished requests whose counts Redis has not confirmed; 0 when none is configured.</summary>
    public long Buffered => IsUsed ? Math.Max(0, recorder.Total[UsageField.Requests] - Interlocked.Read(ref _confirmed)) : 0;

    /// <summary>Requests that were left out of the shared list of recent requests.</summary>
    public Counter Skipped { get; } = new();

    /// <summary>Size of this process's spool file; 0 when there is none.</summary>
    public long SpoolBytes
    {
        get => Interlocked.Read(ref _spoolBytes);
        set => Interlocked.Exchange(ref _spoolBytes, value);
    }

    /// <summary>Series and sessions that a spool file had no room for, each time it was written.</summary>
    public Counter SpoolDropped { get; } = new();

    /// <summary>"connected", "unreachable" or "none".</summary>
    public string Word => !IsUsed ? "none" : IsConnected ? "connected" : "unreachable";

    /// <summary>The outcome of the last write.</summary>
    public void Set(bool connected) => _isConnected = connected;

    /// <summary>Redis has confirmed the counts of so many more requests.</summary>
    public void Confirm(long requests) => Interlocked.Add(ref _confirmed, requests);
}
