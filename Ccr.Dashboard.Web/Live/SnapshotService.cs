using Ccr.Dashboard.Web.Sources;

namespace Ccr.Dashboard.Web.Live;

/// <summary>
/// Looks at both sources once a second for the whole process and hands one immutable snapshot to every open page. A source that
/// hangs delays only itself: the other one and the pages go on.
/// </summary>
internal sealed partial class SnapshotService : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // What a round waits for its sources before it publishes what it has.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(600);

    private readonly SourcePoller<ProxySample> _proxy;
    private readonly SourcePoller<RedisSample> _redis;
    private readonly SnapshotComposer _composer;
    private readonly TimeProvider _time;
    private readonly ILogger<SnapshotService> _logger;
    private Task _proxyLook = Task.CompletedTask;
    private Task _redisLook = Task.CompletedTask;

    public SnapshotService(ProxySource proxy, TimeProvider time, ILogger<SnapshotService> logger, IServiceProvider services)
        : this(new("The proxy", proxy.ReadAsync, time, logger), RedisPoller(services, time, logger), proxy.Address, time, logger)
    {
    }

    internal SnapshotService(SourcePoller<ProxySample> proxy, SourcePoller<RedisSample> redis, Uri proxyAddress, TimeProvider time, ILogger<SnapshotService> logger)
    {
        (_proxy, _redis, _time, _logger) = (proxy, redis, time, logger);
        _composer = new SnapshotComposer(proxyAddress, time);
        Current = _composer.Compose(_proxy.Reading, _redis.Reading);
    }

    /// <summary>The newest snapshot; never null.</summary>
    public DashboardSnapshot Current { get; private set; }

    /// <summary>Raised about once a second, on a background thread. What a handler throws is logged and goes no further.</summary>
    public event Action<DashboardSnapshot>? Changed;

    /// <summary>One round: a look at each source that is not still being looked at, then a snapshot.</summary>
    internal async Task RoundAsync(CancellationToken cancellationToken)
    {
        _proxyLook = _proxyLook.IsCompleted ? _proxy.PollAsync(cancellationToken) : _proxyLook;
        _redisLook = _redisLook.IsCompleted ? _redis.PollAsync(cancellationToken) : _redisLook;
        await Task.WhenAny(Task.WhenAll(_proxyLook, _redisLook), Task.Delay(Patience, _time, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
        Publish(_composer.Compose(_proxy.Reading, _redis.Reading));
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        do
        {
            await RoundAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static SourcePoller<RedisSample> RedisPoller(IServiceProvider services, TimeProvider time, ILogger logger)
    {
        var redis = services.GetService<RedisSource>();
        return new("Redis", redis is null ? null : redis.ReadAsync, time, logger);
    }

    private void Publish(DashboardSnapshot snapshot)
    {
        Current = snapshot;
        foreach (var handler in Changed?.GetInvocationList() ?? [])
        {
            try
            {
                ((Action<DashboardSnapshot>)handler)(snapshot);
            }
            catch (Exception e)
            {
                // A page that is going away must not keep the others from their numbers.
                LogHandlerFailed(_logger, e);
            }
        }
    }

    [LoggerMessage(10, LogLevel.Warning, "A page could not take the newest numbers.")]
    private static partial void LogHandlerFailed(ILogger logger, Exception exception);
}
