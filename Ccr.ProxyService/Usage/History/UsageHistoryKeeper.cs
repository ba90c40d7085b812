namespace Ccr.ProxyService.Usage;

/// <summary>Once a second brings the history in memory up to date, and without a Redis forgets old sessions (with one, the write-behind does).</summary>
internal sealed class UsageHistoryKeeper(UsageHistory history, UsageRecorder recorder, RedisState redis, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                history.Take();
                if (!redis.IsUsed)
                {
                    recorder.Clients.Sessions.Sweep(time.GetUtcNow(), areTaken: false);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends, and its memory with it.
        }
    }
}
