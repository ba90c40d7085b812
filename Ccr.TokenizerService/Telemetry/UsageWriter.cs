using System.Globalization;
using Ccr.ServiceDefaults;
using StackExchange.Redis;

namespace Ccr.TokenizerService.Telemetry;

/// <summary>
/// Adds what was counted to Redis about once a second. While Redis is slow or away the counters wait in memory, where they only
/// grow as numbers, and no call notices.
/// </summary>
internal sealed partial class UsageWriter(TokenizerMetrics metrics, IServiceProvider services, TimeProvider time, ILogger<UsageWriter> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait for one write.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>The longest wait for the last write of a service that stops.</summary>
    private static readonly TimeSpan LastLimit = TimeSpan.FromSeconds(1);

    private readonly string _instance = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}-{Environment.ProcessId}-{Random.Shared.Next():x8}");
    private readonly SemaphoreSlim _writing = new(1, 1);
    private Task<IConnectionMultiplexer>? _connecting;
    private UsageBatch? _batch;
    private UsageTotals _taken;
    private UsageTotals _confirmed;
    private long _number;
    private bool? _wasConnected;

    /// <summary>Whether the last write was confirmed.</summary>
    public bool IsConnected => _wasConnected ?? false;

    /// <summary>Calls whose counts Redis has not confirmed.</summary>
    public long Buffered => metrics.Totals.Requests - _confirmed.Requests;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);

        // The host's own time may be over by now; the last counts get a second all the same.
        await WriteAsync(LastLimit, CancellationToken.None).ConfigureAwait(false);
        if (Buffered > 0)
        {
            LogLost(Buffered);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _writing.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Nothing here may hold up the start of the host.
        await Task.Yield();
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                await WriteAsync(Limit, stoppingToken).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync writes the rest.
        }
    }

    private async Task WriteAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            using var deadline = new CancellationTokenSource(limit, time);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            await _writing.WaitAsync(stop.Token).ConfigureAwait(false);
            try
            {
                await WriteAsync(stop.Token).ConfigureAwait(false);
            }
            finally
            {
                _writing.Release();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            // Whatever it was, the next round tries again; letting it out would stop the host.
            SetConnected(false, e is OperationCanceledException ? "no answer in time" : e.Message);
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (_connecting is null or { IsFaulted: true })
        {
            _connecting = Task.Run(services.GetRequiredService<IConnectionMultiplexer>, CancellationToken.None);
        }

        var redis = await _connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!redis.IsConnected)
        {
            SetConnected(false, "not connected");
            return;
        }

        var database = redis.GetDatabase();
        if (_batch is null)
        {
            var totals = metrics.Totals;
            if (totals == _taken)
            {
                if (!IsConnected)
                {
                    await database.PingAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
                    SetConnected(true, "");
                }

                return;
            }

            _batch = new UsageBatch(totals - _taken, _instance, ++_number);
            _taken = totals;
        }

        if (await _batch.SendAsync(database).WaitAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_batch.Refused is { } refused)
            {
                LogRefused(RedisKeys.Usage(RedisKeys.Tokenizer), refused);
            }

            _batch = null;
            _confirmed = _taken;
            await database.SetAddAsync(RedisKeys.Series, RedisKeys.Tokenizer).WaitAsync(cancellationToken).ConfigureAwait(false);
            SetConnected(true, "");
        }
    }

    private void SetConnected(bool connected, string reason)
    {
        if (connected == _wasConnected)
        {
            return;
        }

        _wasConnected = connected;
        if (connected)
        {
            LogConnected();
        }
        else
        {
            LogUnreachable(reason);
        }
    }

    [LoggerMessage(EventId = 7001, Level = LogLevel.Information, Message = "Redis answers; counters are shared through it.")]
    private partial void LogConnected();

    [LoggerMessage(EventId = 7002, Level = LogLevel.Warning, Message = "Redis does not answer ({Reason}); counters stay in memory until it does. Calls are not affected.")]
    private partial void LogUnreachable(string reason);

    [LoggerMessage(EventId = 7003, Level = LogLevel.Warning, Message = "Redis refused to count in {Key}: {Error}. Delete or rename the key that another program uses.")]
    private partial void LogRefused(string key, string error);

    [LoggerMessage(EventId = 7004, Level = LogLevel.Warning, Message = "Stopped while Redis did not answer: the counts of {Requests} calls were not written.")]
    private partial void LogLost(long requests);
}
