using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Dispatch;

/// <summary>
/// The time limits and the cancellation of one attempt: ends when the client leaves, when the host has no more time, when another attempt was faster, or when a stage
/// took too long. Any byte re-arms the limit of the stage; the limits of the first content and of the whole stay.
/// </summary>
internal sealed class AttemptClock : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _client;
    private readonly CancellationTokenRegistration _shutdown;
    private readonly CancellationToken _clientGone;
    private readonly CancellationToken _shutdownToken;
    private readonly StageLimits _limits;
    private readonly TimeProvider _time;
    private readonly long _started;

    /// <summary>Starts the clock in the stage of the response headers.</summary>
    public AttemptClock(StageLimits limits, TimeProvider time, CancellationToken clientGone, CancellationToken shutdown)
    {
        _limits = limits;
        _time = time;
        _started = time.GetTimestamp();
        _clientGone = clientGone;
        _shutdownToken = shutdown;
        _source = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _client = clientGone.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), _source);
        _shutdown = shutdown.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), _source);
        Arm();
    }

    /// <summary>Cancelled when the attempt must end.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Where the attempt stands.</summary>
    public AttemptStage Stage { get; private set; }

    /// <summary>True when it ended because the client left.</summary>
    public bool IsClientGone => _clientGone.IsCancellationRequested;

    /// <summary>True when it ended because the host stops.</summary>
    public bool IsShutdown => _shutdownToken.IsCancellationRequested;

    /// <summary>True when it was given up for another attempt.</summary>
    public bool IsGivenUp { get; private set; }

    /// <summary>Since it began.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(_started);

    /// <summary>The next stage begins.</summary>
    public void Enter(AttemptStage stage)
    {
        Stage = stage;
        Arm();
    }

    /// <summary>Something came: the limit of the stage starts anew.</summary>
    public void Touch() => Arm();

    /// <summary>Ends the attempt in favour of another one.</summary>
    public void GiveUp()
    {
        IsGivenUp = true;
        _source.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _shutdown.Dispose();
        _source.Dispose();
    }

    private void Arm()
    {
        var limit = _limits.Of(Stage);
        if (Stage != AttemptStage.Flowing && _limits.FirstContent is { } first)
        {
            limit = Least(limit, first - Elapsed);
        }

        if (_limits.Total is { } total)
        {
            limit = Least(limit, total - Elapsed);
        }

        _source.CancelAfter(limit);
    }

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => b < TimeSpan.Zero ? TimeSpan.Zero : a < b ? a : b;
}
