namespace Ccr.ProxyService.Hosting;

/// <summary>Fires when a stopping host has waited long enough for its streams: those still open then end with an error event instead of a cut.</summary>
internal sealed class DrainLimit : IHostedService, IDisposable
{
    /// <summary>How long streams may go on after the host was told to stop, when it runs alone.</summary>
    public static readonly TimeSpan Alone = TimeSpan.FromSeconds(6);

    /// <summary>The same under an orchestrator, which has other services to stop within the same ten seconds.</summary>
    public static readonly TimeSpan AsService = TimeSpan.FromSeconds(2.5);

    /// <summary>What the host waits on top, so that the last event gets out.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _registration;

    /// <summary>Watches the host's lifetime.</summary>
    public DrainLimit(TimeSpan limit, IHostApplicationLifetime lifetime, TimeProvider time)
    {
        _source = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _registration = lifetime.ApplicationStopping.Register(() => _source.CancelAfter(limit));
    }

    /// <summary>Cancelled when the time is over.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }
}
