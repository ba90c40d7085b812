using Ccr.Protocols.Errors;
using Ccr.ProxyService.Health;

namespace Ccr.Tests.Resilience;

public sealed class CooldownTests
{
    private const string TwoKeys = ", api_keys: ['key-a', 'key-b']";

    /// <summary>Kind; who is asked after three failures of it: the target itself, the same key's other model, and for how long not.</summary>
    [Theory]
    [InlineData(ErrorKind.InvalidRequest, null, null, 0)]
    [InlineData(ErrorKind.ContextTooLong, null, null, 0)]
    [InlineData(ErrorKind.ContentPolicy, null, null, 0)]
    [InlineData(ErrorKind.TooLarge, null, null, 0)]
    [InlineData(ErrorKind.Authentication, "cooling", "cooling", 300)]
    [InlineData(ErrorKind.Quota, "cooling", "cooling", 300)]
    [InlineData(ErrorKind.Permission, "cooling", null, 300)]
    [InlineData(ErrorKind.RateLimited, "cooling", null, 1)]
    [InlineData(ErrorKind.NotFound, "cooling", null, 60)]
    [InlineData(ErrorKind.Overloaded, "open", null, 14.25)]
    [InlineData(ErrorKind.Server, "open", null, 14.25)]
    [InlineData(ErrorKind.Timeout, "open", null, 14.25)]
    [InlineData(ErrorKind.Transport, "open", null, 14.25)]
    [InlineData(ErrorKind.Malformed, "open", null, 14.25)]
    public void Each_kind_of_failure_has_its_effect(ErrorKind kind, string? word, string? otherModel, double seconds)
    {
        var bench = new HealthBench(", api_key: 'key-a'");
        Pass[] passes = [bench.Enter(), bench.Enter(), bench.Enter()];
        foreach (var pass in passes)
        {
            bench.Targets.Failed(pass, new(kind, 500, "no"));
        }

        Assert.Equal((word, otherModel, (string?)null), (bench.Refusal(), bench.Refusal(bench.Other), bench.Refusal(bench.Q)));
        if (word is not null)
        {
            Assert.Equal(seconds, bench.Admit().Refusal!.RetryAfter!.Value.TotalSeconds, 3);
            bench.Clock.Advance(seconds);
            Assert.Null(bench.Refusal());
        }
    }

    [Fact]
    public void What_the_router_itself_did_harms_nobody()
    {
        var bench = new HealthBench(top: "Breaker: { failures: 1 },");
        bench.Targets.Failed(bench.Enter(), new(ErrorKind.Overloaded, 0, "The router is stopping") { Code = "shutting_down" });
        Assert.Null(bench.Refusal());
    }

    [Fact]
    public void Rests_for_rate_limits_grow_and_begin_small_again_after_a_success()
    {
        var bench = new HealthBench(", api_key: 'key-a'");
        foreach (var seconds in new double[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            bench.Fail(ErrorKind.RateLimited);
            Assert.Equal(seconds, bench.Admit().Refusal!.RetryAfter!.Value.TotalSeconds, 3);
            bench.Clock.Advance(seconds);
        }

        bench.Succeed();
        bench.Fail(ErrorKind.RateLimited);
        Assert.Equal(1, bench.Admit().Refusal!.RetryAfter!.Value.TotalSeconds, 3);
    }

    [Theory]
    [InlineData(17, 17)]
    [InlineData(86_400, 600)]
    public void Retry_after_counts_to_the_second_and_ten_minutes_at_most(double asked, double rests)
    {
        var bench = new HealthBench(", api_key: 'key-a'");
        bench.Fail(ErrorKind.RateLimited, TimeSpan.FromSeconds(asked));
        var refusal = bench.Admit().Refusal!;
        Assert.Equal((rests, ErrorKind.RateLimited), (refusal.RetryAfter!.Value.TotalSeconds, refusal.Kind));
    }

    [Fact]
    public void Many_calls_that_fail_at_once_are_one_step()
    {
        var bench = new HealthBench(", api_key: 'key-a'");
        var passes = Enumerable.Range(0, 100).Select(_ => bench.Enter()).ToList();
        passes.ForEach(p => bench.Targets.Failed(p, new(ErrorKind.RateLimited, 429, "slow down")));
        Assert.Equal(1, bench.Admit().Refusal!.RetryAfter!.Value.TotalSeconds, 3);
        var state = bench.Targets.Snapshot()[0];
        Assert.Equal((100, 1, 1, 1), (state.RateLimitHits, state.RateLimitBackoffs, state.CoolingKeys, state.Keys));
        Assert.Equal(1, state.Refusals["cooling"]);
    }

    [Fact]
    public void Only_the_key_that_failed_rests()
    {
        var bench = new HealthBench(TwoKeys);
        var first = bench.Enter();
        bench.Targets.Failed(first, new(ErrorKind.Authentication, 401, "no"));
        for (var i = 0; i < 4; i++)
        {
            var pass = bench.Enter();
            Assert.NotEqual(first.Key, pass.Key);
            bench.Targets.Abandoned(pass);
        }

        bench.Fail(ErrorKind.RateLimited, TimeSpan.FromSeconds(5));

        // The one that is back first says when to ask again.
        Assert.Equal(5, bench.Admit().Refusal!.RetryAfter!.Value.TotalSeconds);
        Assert.False(bench.Targets.IsAvailable(bench.P));
        Assert.True(bench.Targets.IsAvailable(bench.Q));
    }

    [Fact]
    public void Force_tries_a_barred_key_and_a_missing_model_but_no_rate_limit()
    {
        var bench = new HealthBench(", api_key: 'key-a'");
        bench.Fail(ErrorKind.Quota);
        bench.Fail(ErrorKind.NotFound, mode: AdmitMode.Force);
        Assert.Equal("cooling", bench.Refusal());
        Assert.Null(bench.Refusal(mode: AdmitMode.Force));
        bench.Fail(ErrorKind.RateLimited, TimeSpan.FromSeconds(9), mode: AdmitMode.Force);
        Assert.Equal("cooling", bench.Refusal(mode: AdmitMode.Force));
    }
}
