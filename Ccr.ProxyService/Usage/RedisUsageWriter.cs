using System.Text.Json;
using Ccr.ProxyService.Configuration;
using Ccr.ServiceDefaults;
using StackExchange.Redis;

namespace Ccr.ProxyService.Usage;

/// <summary>
/// Writes what was counted to Redis about once a second, all units at once without waiting for one another (one round trip), and what this
/// process is doing now. While Redis is slow or away everything stays in the outbox and in the spool, and no request notices.
/// </summary>
/// <remarks>
/// A process that is killed loses what it counted since it last took the growth, which it does once in an interval. What was taken is in Redis or,
/// when Redis has not confirmed within <see cref="Patience"/>, in the spool, whose units have the numbers under which they were or will be sent.
/// So the process that adopts the file sends what Redis does not have, and no more.
/// </remarks>
internal sealed partial class RedisUsageWriter(
    UsageRecorder recorder,
    StatusReporter status,
    InstanceIdentity identity,
    RedisState state,
    IServiceProvider services,
    TimeProvider time,
    ILogger<RedisUsageWriter> logger,
    UsageSpool? spool = null,
    IConfigStore? configuration = null) : BackgroundService
{
    /// <summary>How long Redis may take before what it has not confirmed goes to the disk.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>How often it looks for what other processes left.</summary>
    private static readonly TimeSpan AdoptionInterval = TimeSpan.FromMinutes(1);

    /// <summary>The longest wait for the replies of one flush, and for the last one at shutdown.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>Instances without a sign of life for so long are removed from the list.</summary>
    private static readonly TimeSpan InstanceRetention = TimeSpan.FromHours(1);

    private readonly UsageOutbox _outbox = new(recorder);
    private readonly List<RedisUnit> _units = [];
    private readonly List<SpoolLegacy> _legacies = [];
    private readonly List<RedisUnit> _adopted = [];
    private DateTimeOffset _nextAdoption = DateTimeOffset.MinValue;
    private (long Version, int Units)? _spooled;
    private Task? _sending;
    private Task<IConnectionMultiplexer>? _connecting;
    private bool _isSwept;
    private bool? _wasConnected;

    private TimeSpan Interval => configuration?.Current.Usage.Flush ?? UsageConfig.DefaultFlush;

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
        finally
        {
            Keep();
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
            if (spool is { IsComplete: true })
            {
                LogKept(state.Buffered);
            }
            else
            {
                LogLost(state.Buffered);
            }
        }

        _legacies.ForEach(l => l.Dispose());
        spool?.Dispose();
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
            while (await NextAsync(timer, stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync writes the rest.
        }
    }

    /// <summary>Waits for the next flush, whose interval may have been changed.</summary>
    private async ValueTask<bool> NextAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        if (timer.Period != Interval)
        {
            timer.Period = Interval;
        }

        return await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<IConnectionMultiplexer?> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_connecting is null or { IsFaulted: true })
        {
            _connecting = Task.Run(services.GetRequiredService<IConnectionMultiplexer>, CancellationToken.None);
        }

        await WaitAsync(_connecting, cancellationToken).ConfigureAwait(false);
        var redis = await _connecting.ConfigureAwait(false);
        return redis.IsConnected ? redis : null;
    }

    private async Task<bool> WriteAsync(IDatabase redis, CancellationToken cancellationToken)
    {
        if (_sending is { IsCompleted: false })
        {
            // An earlier flush still waits. Replies come in order: once this one is here, what has not come never will, and its units,
            // in doubt, ask their markers.
            await WaitAsync(redis.PingAsync(), cancellationToken).ConfigureAwait(false);
        }

        Settle();
        _units.AddRange(_outbox.Seal(identity.Name, _units.Select(u => u.Tag).ToHashSet(StringComparer.Ordinal), out var skipped));
        state.Skipped.Add(skipped);
        Adopt();

        var sending = Task.WhenAll([.. _units.Concat(_adopted).Select(unit => SendAsync(unit, redis)), .. SendPresence(redis)]);
        _sending = sending;
        try
        {
            await WaitAsync(sending, cancellationToken).ConfigureAwait(false);
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
        _adopted.Clear();
        _legacies.RemoveAll(l => l.TryFinish());
    }

    /// <summary>Now and then takes on what dead processes left; of it goes out what may go out now.</summary>
    private void Adopt()
    {
        if (spool is not null && time.GetUtcNow() >= _nextAdoption)
        {
            _legacies.AddRange(spool.Adopt());
            _nextAdoption = time.GetUtcNow() + AdoptionInterval;
        }

        _adopted.AddRange(_legacies.SelectMany(l => l.Next()));
    }

    /// <summary>Waits for Redis. What it keeps waiting goes to the disk, and so does what is counted meanwhile.</summary>
    private async Task WaitAsync(Task work, CancellationToken cancellationToken)
    {
        var patience = Patience;
        while (!work.IsCompleted && await Task.WhenAny(work, Task.Delay(patience, time, cancellationToken)).ConfigureAwait(false) != work)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _outbox.Take(time.GetUtcNow());
            Keep();
            patience = Interval;
        }

        await work.ConfigureAwait(false);
    }

    /// <summary>Leaves on the disk what Redis has not confirmed, and nothing when it has all.</summary>
    private void Keep()
    {
        if (spool is not { IsUsed: true })
        {
            return;
        }

        if (_outbox.IsEmpty && _units.TrueForAll(u => u.IsApplied))
        {
            spool.Clear();
            _spooled = null;
            return;
        }

        var version = (_outbox.Version, _units.Count);
        if (version != _spooled)
        {
            _spooled = spool.Write(_units.Where(u => !u.IsApplied).Select(u => u.Spooled()).Concat(_outbox.Spooled())) ? version : null;
        }
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
            redis.StringSetAsync(RedisKeys.Live(identity.Name), json, LiveRetention),
            redis.HashSetAsync(RedisKeys.Instances, identity.Name, now.ToUnixTimeMilliseconds()),
        ];
        RedisValue[] series = [.. _units.Concat(_adopted).Where(u => u.Series is not null).Select(u => (RedisValue)u.Series)];
        if (series.Length > 0)
        {
            commands.Add(redis.SetAddAsync(RedisKeys.Series, series));
        }

        SendSessions(redis, now, commands);

        if (!_isSwept)
        {
            commands.Add(SweepAsync(redis, now - InstanceRetention));
        }

        return commands;
    }

    /// <summary>The list of sessions by the time of their last request, and its trimming.</summary>
    private void SendSessions(IDatabase redis, DateTimeOffset now, List<Task> commands)
    {
        // GT: what another replica knows, or an old spool file does not, must not turn the time back.
        List<object> arguments = [(RedisKey)RedisKeys.Sessions, "GT"];
        foreach (var session in _units.Concat(_adopted).OfType<SessionUnit>())
        {
            arguments.Add(session.LastMs);
            arguments.Add(session.Id);
        }

        if (arguments.Count > 2)
        {
            commands.Add(redis.ExecuteAsync("ZADD", [.. arguments]));
            commands.Add(redis.SortedSetRemoveRangeByScoreAsync(RedisKeys.Sessions, double.NegativeInfinity, (now - RedisKeys.SessionRetention).ToUnixTimeMilliseconds()));
            commands.Add(redis.SortedSetRemoveRangeByRankAsync(RedisKeys.Sessions, 0, -RedisKeys.MostSessions - 1));
        }
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

    /// <summary>The sign of life outlives two flushes that failed, however far apart they are.</summary>
    private TimeSpan LiveRetention => TimeSpan.FromTicks(Math.Max(RedisKeys.LiveRetention.Ticks, 3 * Interval.Ticks));

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

    [LoggerMessage(EventId = 5006, Level = LogLevel.Information,
        Message = "Stopped while Redis did not answer: "
        + "the counts of {Requests} requests are in the spool, and the next start writes them.")]
    private partial void LogKept(long requests);

    [LoggerMessage(EventId = 5005, Level = LogLevel.Debug, Message = "This instance could not be taken off the list in Redis: {Reason}")]
    private partial void LogFarewellFailed(string reason);
}
