namespace Ccr.ProxyService.Dispatch;

/// <summary>
/// The time limit and the cancellation of one attempt: ends when the client leaves, when the host has no more time, or when nothing came for the idle limit. Activity
/// re-arms the limit.
/// </summary>
internal sealed class AttemptClock : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _client;
    private readonly CancellationTokenRegistration _shutdown;
    private readonly CancellationToken _clientGone;
    private readonly CancellationToken _shutdownToken;
    private readonly TimeSpan _idle;

    /// <summary>Starts the clock.</summary>
    public AttemptClock(TimeSpan idle, TimeProvider time, CancellationToken clientGone, CancellationToken shutdown)
    {
        _idle = idle;
        _clientGone = clientGone;
        _shutdownToken = shutdown;
        _source = new CancellationTokenSource(idle, time);
        _client = clientGone.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), _source);
        _shutdown = shutdown.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), _source);
    }

    /// <summary>Cancelled when the attempt must end.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>True when it ended because the client left.</summary>
    public bool IsClientGone => _clientGone.IsCancellationRequested;

    /// <summary>True when it ended because the host stops.</summary>
    public bool IsShutdown => _shutdownToken.IsCancellationRequested;

    /// <summary>Something came: the idle limit starts anew.</summary>
    public void Touch() => _source.CancelAfter(_idle);

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _shutdown.Dispose();
        _source.Dispose();
    }
}
