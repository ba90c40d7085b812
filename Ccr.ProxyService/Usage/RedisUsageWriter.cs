using System.Text.Json;
using Ccr.ServiceDefaults;
using StackExchange.Redis;

namespace Ccr.ProxyService.Usage;

/// <summary>
/// Writes what was counted to Redis about once a second, all units at once without waiting for one another (one round trip), and what this
/// process is doing now. While Redis is slow or away everything stays in the outbox, and no request notices.
/// </summary>
internal sealed partial class RedisUsageWriter(
    UsageRecorder recorder,
    StatusReporter status,
    InstanceIdentity identity,
    RedisState state,
    IServiceProvider services,
    TimeProvider time,
    ILogger<RedisUsageWriter> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait for the replies of one flush, and for the last one at shutdown.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>Instances without a sign of life for so long are removed from the list.</summary>
    private static readonly TimeSpan InstanceRetention = TimeSpan.FromHours(1);

    private readonly UsageOutbox _outbox = new(recorder);
    private readonly List<RedisUnit> _units = [];
    private Task? _sending;
    private Task<IConnectionMultiplexer>? _connecting;
    private bool _isSwept;
    private bool? _wasConnected;

    /// <summary>Takes what was counted and sends what waits. Returns after <paramref name="limit"/> at the latest; never throws for Redis.</summary>
    public async Task FlushAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        _outbox.Take(time.GetUtcNow());
        try
        {
            using var deadline = new CancellationTokenSource(limit, time);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            var isWritten = await ConnectAsync(stop.Token).ConfigureAwait(false) is { } redis
                && await WriteAsync(redis.GetDatabase(), stop.Token).ConfigureAwait(false);
            SetState(isWritten, null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            // Whatever it was, the next flush tries again; letting it out would stop the host.
            SetState(false, e);
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await FlushAsync(Limit, cancellationToken).ConfigureAwait(false);
            if (state.IsConnected && await ConnectAsync(cancellationToken).ConfigureAwait(false) is { } redis)
            {
                var database = redis.GetDatabase();
                await Task.WhenAll(
                    database.KeyDeleteAsync(RedisKeys.Live(identity.Name)),
                    database.HashDeleteAsync(RedisKeys.Instances, identity.Name)).WaitAsync(Limit, time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is RedisException or OperationCanceledException or TimeoutException or ObjectDisposedException)
        {
            LogFarewellFailed(e.Message);
        }

        if (state.Buffered > 0)
        {
            LogLost(state.Buffered);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The first connection may take its time; the start of the host does not wait for it.
        await Task.Yield();
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                await FlushAsync(Limit, stoppingToken).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync writes the rest.
        }
    }

    private async Task<IConnectionMultiplexer?> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_connecting is null or { IsFaulted: true })
        {
            _connecting = Task.Run(services.GetRequiredService<IConnectionMultiplexer>, CancellationToken.None);
        }

        var redis = await _connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        return redis.IsConnected ? redis : null;
    }

    private async Task<bool> WriteAsync(IDatabase redis, CancellationToken cancellationToken)
    {
        if (_sending is { IsCompleted: false })
        {
            // An earlier flush still waits. Replies come in order: once this one is here, what has not come never will, and its units,
            // in doubt, ask their markers.
            await redis.PingAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        Settle();
        _units.AddRange(_outbox.Seal(identity.Name, _units.Select(u => u.Tag).ToHashSet(StringComparer.Ordinal), out var skipped));
        state.Skipped.Add(skipped);

        var sending = Task.WhenAll([.. _units.Select(unit => SendAsync(unit, redis)), .. SendPresence(redis)]);
        _sending = sending;
        try
        {
            await sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Settle();
        }

        return _units.Count == 0;
    }

    /// <summary>Lets go of what Redis has.</summary>
    private void Settle()
    {
        state.Confirm(_units.Where(u => u.IsApplied).Sum(u => u.Requests));
        _units.RemoveAll(u => u.IsApplied);
    }

    private async Task SendAsync(RedisUnit unit, IDatabase redis)
    {
        foreach (var error in await unit.SendAsync(redis).ConfigureAwait(false))
        {
            LogRefused(unit.Series ?? RedisKeys.RecentTag, error);
        }
    }

    /// <summary>What may be written any number of times: the names of the series, and this instance's sign of life.</summary>
    private List<Task> SendPresence(IDatabase redis)
    {
        var now = time.GetUtcNow();
        var json = JsonSerializer.SerializeToUtf8Bytes(status.Report(), ApiJson.Default.StatusReport);
        List<Task> commands =
        [
            redis.StringSetAsync(RedisKeys.Live(identity.Name), json, RedisKeys.LiveRetention),
            redis.HashSetAsync(RedisKeys.Instances, identity.Name, now.ToUnixTimeMilliseconds()),
        ];
        RedisValue[] series = [.. _units.Where(u => u.Series is not null).Select(u => (RedisValue)u.Series)];
        if (series.Length > 0)
        {
            commands.Add(redis.SetAddAsync(RedisKeys.Series, series));
        }

        if (!_isSwept)
        {
            commands.Add(SweepAsync(redis, now - InstanceRetention));
        }

        return commands;
    }

    /// <summary>Once: removes instances that were killed long ago from the list.</summary>
    private async Task SweepAsync(IDatabase redis, DateTimeOffset before)
    {
        RedisValue[] gone = [.. from entry in await redis.HashGetAllAsync(RedisKeys.Instances).ConfigureAwait(false)
                                where !entry.Value.TryParse(out long seen) || seen < before.ToUnixTimeMilliseconds()
                                select entry.Name];
        if (gone.Length > 0)
        {
            await redis.HashDeleteAsync(RedisKeys.Instances, gone).ConfigureAwait(false);
        }

        _isSwept = true;
    }

    private void SetState(bool connected, Exception? error)
    {
        state.Set(connected);
        if (connected != _wasConnected)
        {
            if (connected)
            {
                LogConnected();
            }
            else
            {
                LogUnreachable(error?.Message ?? "not connected");
            }

            _wasConnected = connected;
        }
    }

    [LoggerMessage(EventId = 5001, Level = LogLevel.Information, Message = "Redis answers; counters are shared through it.")]
    private partial void LogConnected();

    [LoggerMessage(EventId = 5002, Level = LogLevel.Warning, Message = "Redis does not answer ({Reason}); counters stay in memory until it does. Requests are not affected.")]
    private partial void LogUnreachable(string reason);

    [LoggerMessage(EventId = 5003, Level = LogLevel.Warning, Message = "Redis refused a count of {Series}: {Error}. Delete or rename the key that another program uses.")]
    private partial void LogRefused(string series, string error);

    [LoggerMessage(EventId = 5004, Level = LogLevel.Warning, Message = "Stopped while Redis did not answer: the counts of {Requests} requests were not written.")]
    private partial void LogLost(long requests);

    [LoggerMessage(EventId = 5005, Level = LogLevel.Debug, Message = "This instance could not be taken off the list in Redis: {Reason}")]
    private partial void LogFarewellFailed(string reason);
}
