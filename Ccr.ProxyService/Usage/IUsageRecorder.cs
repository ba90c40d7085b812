namespace Ccr.ProxyService.Usage;

/// <summary>Takes what is counted. Calls never block, never throw and never wait for Redis.</summary>
internal interface IUsageRecorder
{
    /// <summary>A request came in (gauge up); every one is ended by <see cref="RequestFinished"/>.</summary>
    void RequestStarted();

    /// <summary>The answer began to stream to the client (gauge up); ended by <see cref="StreamEnded"/>.</summary>
    void StreamStarted();

    /// <summary>The stream to the client ended, well or not (gauge down).</summary>
    void StreamEnded();

    /// <summary>A write to a client had to wait for it.</summary>
    void WriteWaited();

    /// <summary>A stream was refused, because a limit of the configuration left no place at any target.</summary>
    void StreamRejected();

    /// <summary>A request is over (gauge down) and this is its account.</summary>
    void RequestFinished(RequestRecord record);

    /// <summary>The copy of a request is over (mode compare): counted for its target, and for no client.</summary>
    void CopyFinished(RequestRecord record);
}
