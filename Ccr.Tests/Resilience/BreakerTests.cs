using Ccr.Protocols.Errors;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Health;

namespace Ccr.Tests.Resilience;

public sealed class BreakerTests
{
    [Fact]
    public void Failures_in_a_row_open_it_and_a_success_between_them_does_not()
    {
        var bench = new HealthBench();
        bench.Fail();
        bench.Fail();
        bench.Succeed();
        bench.Fail();
        bench.Fail();
        Assert.Null(bench.Refusal());
        bench.Fail();
        var refusal = bench.Admit().Refusal!;
        Assert.Equal(("open", ErrorKind.Overloaded), (refusal.Word, refusal.Kind));
        Assert.InRange(refusal.RetryAfter!.Value.TotalSeconds, 13, 15);
        Assert.Null(bench.Refusal(bench.Other));
    }

    [Fact]
    public void Streams_that_begin_and_break_open_it_too()
    {
        var bench = new HealthBench();
        for (var i = 0; i < 3; i++)
        {
            var pass = bench.Enter();
            bench.Targets.FirstContent(pass, TimeSpan.FromSeconds(1));
            bench.Targets.Failed(pass, ProviderError.Cut("p"));
        }

        Assert.Equal("open", bench.Refusal());
    }

    [Fact]
    public void The_share_of_failures_in_the_window_opens_it()
    {
        var bench = new HealthBench(top: "Breaker: { failures: 100, minimumCalls: 10, failureRate: 0.5, windowMs: 10000 },");
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(bench.Refusal());
            bench.Succeed();
            bench.Fail();
        }

        Assert.Equal("open", bench.Refusal());
    }

    [Fact]
    public void Failures_that_left_the_window_do_not_count()
    {
        var bench = new HealthBench(top: "Breaker: { failures: 100, minimumCalls: 10, failureRate: 0.5, windowMs: 10000 },");
        for (var i = 0; i < 9; i++)
        {
            bench.Fail();
        }

        bench.Clock.Advance(11);
        for (var i = 0; i < 8; i++)
        {
            bench.Succeed();
        }

        bench.Fail();
        bench.Fail();
        Assert.Null(bench.Refusal());
    }

    [Fact]
    public void Slow_first_contents_open_it_where_the_configuration_says_what_is_slow()
    {
        foreach (var (slow, word) in new[] { (1000, "open"), (0, null) })
        {
            var bench = new HealthBench(top: $"Breaker: {{ slowCallMs: {slow}, slowCallRate: 0.8, minimumCalls: 5 }},");
            for (var i = 0; i < 5; i++)
            {
                bench.Succeed(seconds: i == 0 ? 0.5 : 2);
            }

            Assert.Equal(word, bench.Refusal());
        }
    }

    [Fact]
    public void Half_open_lets_one_probe_through_and_its_first_content_closes()
    {
        var bench = Opened();
        bench.Clock.Advance(15);
        var probe = bench.Enter();
        Assert.True(probe.IsProbe);
        Assert.Equal("open", bench.Refusal());
        bench.Targets.FirstContent(probe, TimeSpan.FromSeconds(1));
        Assert.False(bench.Enter().IsProbe);

        // What becomes of the rest of the probe's answer is an ordinary failure.
        bench.Targets.Failed(probe, ProviderError.Cut("p"));
        Assert.Null(bench.Refusal());
    }

    [Fact]
    public void An_abandoned_probe_and_one_that_met_a_client_error_free_its_place()
    {
        var bench = Opened();
        bench.Clock.Advance(15);
        bench.Targets.Abandoned(bench.Enter());
        bench.Fail(ErrorKind.InvalidRequest);
        Assert.True(bench.Enter().IsProbe);
    }

    [Fact]
    public void A_failed_probe_opens_it_for_longer_up_to_the_limit()
    {
        var bench = Opened(random: 0);
        foreach (var seconds in new[] { 15, 30, 30 })
        {
            Assert.Equal(seconds, bench.Admit().Refusal!.RetryAfter!.Value.TotalSeconds, 3);
            bench.Clock.Advance(seconds);
            bench.Fail();
        }

        bench.Clock.Advance(30);
        bench.Succeed();
        for (var i = 0; i < 3; i++)
        {
            bench.Fail();
        }

        Assert.Equal(15, bench.Admit().Refusal!.RetryAfter!.Value.TotalSeconds, 3);
    }

    [Fact]
    public void What_was_under_way_when_it_opened_neither_prolongs_nor_closes_it()
    {
        var bench = new HealthBench();
        var (early, late) = (bench.Enter(), bench.Enter());
        for (var i = 0; i < 3; i++)
        {
            bench.Fail();
        }

        bench.Clock.Advance(5);
        bench.Targets.Failed(early, new(ErrorKind.Timeout, 0, "late"));
        bench.Targets.FirstContent(late, TimeSpan.FromSeconds(5));
        bench.Targets.Succeeded(late, TimeSpan.FromSeconds(5));
        Assert.InRange(bench.Admit().Refusal!.RetryAfter!.Value.TotalSeconds, 8, 10);
    }

    [Fact]
    public void A_client_that_leaves_is_no_failure()
    {
        var bench = new HealthBench();
        for (var i = 0; i < 50; i++)
        {
            bench.Targets.Abandoned(bench.Enter());
        }

        Assert.Null(bench.Refusal());
        Assert.Equal(0, bench.Targets.Snapshot()[0].Active);
    }

    [Fact]
    public void Force_goes_through_an_open_breaker_and_a_forced_success_closes_it()
    {
        var bench = Opened();
        bench.Fail(mode: AdmitMode.Force);
        Assert.Equal("open", bench.Refusal());
        var forced = bench.Enter(mode: AdmitMode.Force);
        bench.Targets.FirstContent(forced, TimeSpan.FromSeconds(1));
        bench.Targets.Succeeded(forced, TimeSpan.FromSeconds(1));
        Assert.Null(bench.Refusal());
    }

    [Fact]
    public void Turned_off_it_refuses_nobody()
    {
        var bench = new HealthBench(top: "Breaker: { enabled: false },");
        for (var i = 0; i < 50; i++)
        {
            bench.Fail();
        }

        Assert.Null(bench.Refusal());
    }

    /// <summary>
    /// Down for 60 s, one request every 3 s, a second target that serves: at most 5 tries of the first while it is down, and back within 30 s, whatever the spread.
    /// </summary>
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(1.0)]
    public void An_outage_of_a_minute_costs_at_most_five_tries_and_ends_within_thirty_seconds(double random)
    {
        var bench = new HealthBench(random: random);
        var (tries, back) = (0, -1.0);
        for (var second = 0.0; second < 120 && back < 0; second += 3)
        {
            var admission = bench.Admit();
            if (admission.Pass is { } pass)
            {
                if (second < 60)
                {
                    tries++;
                    bench.Targets.Failed(pass, new(ErrorKind.Server, 503, "down"));
                }
                else
                {
                    bench.Targets.FirstContent(pass, TimeSpan.FromSeconds(1));
                    bench.Targets.Succeeded(pass, TimeSpan.FromSeconds(1));
                    back = second;
                }
            }
            else
            {
                bench.Succeed(bench.Q);
            }

            bench.Clock.Advance(3);
        }

        Assert.InRange(tries, 3, 5);
        Assert.InRange(back, 60, 90);
    }

    [Fact]
    public void News_of_another_replica_open_and_close_it_and_older_ones_change_nothing()
    {
        var breaker = new Breaker(() => 0);
        breaker.Adopt(BreakerState.Open, until: 20_000, at: 10_000);
        Assert.Equal(BreakerState.Open, breaker.State(20_400));
        breaker.Adopt(BreakerState.Closed, until: 9_000, at: 9_000);
        Assert.Equal(BreakerState.Open, breaker.State(11_000));
        breaker.Adopt(BreakerState.Closed, until: 12_000, at: 12_000);
        Assert.Equal(BreakerState.Closed, breaker.State(12_000));
        Assert.False(breaker.Failed(Entrance.Usual, hadContent: false, 12_001, new BreakerSettings()));
    }

    private static HealthBench Opened(double random = 0.5)
    {
        var bench = new HealthBench(random: random);
        for (var i = 0; i < 3; i++)
        {
            bench.Fail();
        }

        Assert.Equal("open", bench.Refusal());
        return bench;
    }
}
