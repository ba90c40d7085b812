using System.Collections.Concurrent;

namespace Ccr.ProxyService.Dispatch;

/// <summary>Looks once a second whether a client has been waiting too long for a sign of life: one timer for all streams.</summary>
internal sealed class Pulse(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<ClientStream, byte> _streams = new();

    /// <summary>Watches a stream until <see cref="Leave"/>.</summary>
    public void Join(ClientStream stream) => _streams.TryAdd(stream, 0);

    /// <summary>Watches it no longer.</summary>
    public void Leave(ClientStream stream) => _streams.TryRemove(stream, out _);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Told to stop only when the server has drained its streams, which need their keep-alives until then.
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                foreach (var (stream, _) in _streams)
                {
                    // Not waited for: a client that takes nothing must not hold up the others.
                    _ = stream.PulseAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }
}
