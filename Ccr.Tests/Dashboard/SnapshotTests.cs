using Ccr.Dashboard.Web.Live;
using Ccr.Dashboard.Web.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccr.Tests.Dashboard;

public sealed class SnapshotTests
{
    private static readonly Uri Address = new("http://127.0.0.1:3456/");
    private readonly StepClock _clock = new();

    [Fact]
    public async Task A_source_that_fails_keeps_its_last_answer_and_says_since_when()
    {
        Exception? error = null;
        var poller = new SourcePoller<string>("The proxy", _ => error is null ? Task.FromResult("data") : Task.FromException<string>(error), _clock, NullLogger.Instance);
        Assert.Equal(SourceState.Waiting, poller.Reading.Health.State);
        await poller.PollAsync(CancellationToken.None);
        var since = _clock.GetUtcNow();
        Assert.Equal(new SourceHealth("The proxy", SourceState.Reachable, since), poller.Reading.Health);

        error = new SourceException("nothing accepts connections there");
        _clock.Advance(5);
        await poller.PollAsync(CancellationToken.None);
        var gone = _clock.GetUtcNow();
        _clock.Advance(5);
        error = new InvalidOperationException("password=hunter2");
        await poller.PollAsync(CancellationToken.None);
        Assert.Equal("data", poller.Reading.Last);
        Assert.Equal((SourceState.Unreachable, gone), (poller.Reading.Health.State, poller.Reading.Health.Since));
        Assert.DoesNotContain("hunter2", poller.Reading.Health.Error, StringComparison.Ordinal);

        error = null;
        await poller.PollAsync(CancellationToken.None);
        Assert.Equal((SourceState.Reachable, null), (poller.Reading.Health.State, poller.Reading.Health.Error));
    }

    [Fact]
    public void Before_anything_is_heard_nothing_is_known()
    {
        var now = new SnapshotComposer(Address, _clock).Compose(Proxy(null), Redis(null));
        Assert.Null(now.RequestsTotal);
        Assert.Null(now.ActiveRequests);
        Assert.Null(now.RequestRate.Now);
        Assert.Null(now.FailureShare);
        Assert.False(now.NothingServedYet);
        Assert.Equal("http://127.0.0.1:3456", now.ProxyAddress);
    }

    [Fact]
    public void Redis_gives_the_totals_and_rates_of_all_proxies()
    {
        var composer = new SnapshotComposer(Address, _clock);
        var proxy = Proxy(new() { RequestsTotal = 3, FailuresTotal = 3, ActiveRequests = 2 });
        composer.Compose(proxy, Redis(new() { Total = new() { Requests = 100, Failures = 5, InputTokens = 1000 } }, 1));
        _clock.Advance(2);
        var now = composer.Compose(proxy, Redis(new() { Total = new() { Requests = 110, Failures = 11, InputTokens = 1500, OutputTokens = 100 } }, 2));
        Assert.Equal((110, 0.1, 5.0, 300.0), (now.RequestsTotal, now.FailureShare, now.RequestRate.Now, now.TokenRate.Now));
        Assert.Equal(2, now.ActiveRequests);
        Assert.True(now.TotalsFromRedis);
    }

    [Fact]
    public void Without_redis_requests_come_from_the_proxy_and_tokens_stay_unknown()
    {
        var composer = new SnapshotComposer(Address, _clock);
        composer.Compose(Proxy(new() { RequestsTotal = 10 }, 1), Redis(null));
        _clock.Advance(1);
        var now = composer.Compose(Proxy(new() { RequestsTotal = 13 }, 2), Redis(null));
        Assert.Equal((13, 3.0), (now.RequestsTotal, now.RequestRate.Now));
        Assert.Null(now.TokenRate.Now);
        Assert.False(now.TotalsFromRedis);
    }

    [Fact]
    public void The_first_request_of_all_counts_into_the_rate()
    {
        var composer = new SnapshotComposer(Address, _clock);
        var proxy = Proxy(new() { RequestsTotal = 0, Redis = new() { State = "connected" } });
        Assert.True(composer.Compose(proxy, Redis(new(), 1)).NothingServedYet);
        _clock.Advance(1);
        var now = composer.Compose(proxy, Redis(new() { Total = new() { Requests = 1, InputTokens = 20 } }, 2));
        Assert.Equal((1.0, 20.0), (now.RequestRate.Now, now.TokenRate.Now));
        Assert.False(now.NothingServedYet);
    }

    [Fact]
    public void Losing_redis_never_shows_the_difference_of_two_counters_as_a_rate()
    {
        var composer = new SnapshotComposer(Address, _clock);
        composer.Compose(Proxy(new() { RequestsTotal = 5 }, 1), Redis(new() { Total = new() { Requests = 1000 } }, 1));
        _clock.Advance(1);
        var gone = Redis(new() { Total = new() { Requests = 1000 } }, 1) with { Health = new("Redis", SourceState.Unreachable) };
        Assert.Null(composer.Compose(Proxy(new() { RequestsTotal = 5000 }, 2), gone).RequestRate.Now);
        _clock.Advance(1);
        var now = composer.Compose(Proxy(new() { RequestsTotal = 5001 }, 3), gone);
        Assert.Equal(1, now.RequestRate.Now);
        Assert.Equal(1000, now.RequestsTotal);
    }

    [Fact]
    public void Several_proxies_are_added_up_and_one_speaks_for_itself()
    {
        var status = new ProxyStatus { ActiveRequests = 1, ActiveStreams = 1 };
        LiveInstance[] two = [new() { ActiveRequests = 4, ActiveStreams = 3 }, new() { ActiveRequests = 6, ActiveStreams = 5 }];
        var composer = new SnapshotComposer(Address, _clock);
        var now = composer.Compose(Proxy(status), Redis(new() { Instances = two }));
        Assert.Equal((10, 8, 2), (now.ActiveRequests, now.ActiveStreams, now.Instances));
        now = composer.Compose(Proxy(status), Redis(new() { Instances = two[..1] }));
        Assert.Equal((1, 1, 1), (now.ActiveRequests, now.ActiveStreams, now.Instances));
        now = composer.Compose(Proxy(status), Redis(new() { Instances = [two[0], new()] }));
        Assert.Equal(1, now.ActiveRequests);
    }

    [Fact]
    public async Task A_source_that_hangs_does_not_hold_up_the_other_or_the_pages()
    {
        var hang = new TaskCompletionSource<RedisSample>();
        var looks = 0;
        var proxy = new SourcePoller<ProxySample>("The proxy", _ => Task.FromResult(new ProxySample(new() { RequestsTotal = ++looks }, [])), TimeProvider.System, NullLogger.Instance);
        var redis = new SourcePoller<RedisSample>("Redis", _ => hang.Task, TimeProvider.System, NullLogger.Instance);
        using var service = new SnapshotService(proxy, redis, Address, TimeProvider.System, NullLogger<SnapshotService>.Instance);
        List<DashboardSnapshot> seen = [];
        service.Changed += _ => throw new InvalidOperationException("a page that is going away");
        service.Changed += seen.Add;
        await service.RoundAsync(CancellationToken.None);
        await service.RoundAsync(CancellationToken.None);
        Assert.Equal([1, 2], seen.Select(s => s.RequestsTotal!.Value));
        Assert.All(seen, s => Assert.Equal(SourceState.Waiting, s.Redis.State));
        Assert.Same(seen[^1], service.Current);

        hang.SetResult(new RedisSample { Total = new() { Requests = 77 } });
        await service.RoundAsync(CancellationToken.None);
        Assert.Equal(77, seen[^1].RequestsTotal);
    }

    [Fact]
    public void Health_tells_apart_what_the_dashboard_and_what_the_proxy_reach()
    {
        var reachable = new DashboardSnapshot
        {
            Proxy = new("The proxy", SourceState.Reachable),
            Redis = new("Redis", SourceState.Reachable),
            Status = new() { Redis = new() { State = "unreachable" }, Tokenizer = new() { State = "unreachable" } },
        };
        Assert.Equal("warn", Health.Redis(reachable).Kind);
        Assert.Equal("warn", Health.Tokenizer(reachable).Kind);
        Assert.Equal("idle", Health.Tokenizer(reachable with { Proxy = new("The proxy", SourceState.Unreachable) }).Kind);
        Assert.Equal("bad", Health.Redis(reachable with { Redis = new("Redis", SourceState.Unreachable) }).Kind);
        Assert.Equal("good", Health.Redis(reachable with { Status = null }).Kind);
        Assert.Equal("idle", Health.Outcome(new() { Status = 499, Failure = "client_gone" }).Kind);
        Assert.Equal(("bad", "rate limited"), (Health.Outcome(new() { Status = 429, Failure = "rate_limited" }).Kind, Health.Outcome(new() { Status = 429, Failure = "rate_limited" }).Text));
    }

    private static SourceReading<ProxySample> Proxy(ProxyStatus? status, long looks = 1) => status is null
        ? new(new SourceHealth("The proxy", SourceState.Waiting))
        : new(new SourceHealth("The proxy", SourceState.Reachable), new ProxySample(status, []), looks);

    private static SourceReading<RedisSample> Redis(RedisSample? sample, long looks = 1) => sample is null
        ? new(new SourceHealth("Redis", SourceState.NotConfigured))
        : new(new SourceHealth("Redis", SourceState.Reachable), sample, looks);
}
