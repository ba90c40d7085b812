using Ccr.Protocols.Errors;

namespace Ccr.Tests.Resilience;

public sealed class KeysAndLimitsTests
{
    private const string Weighted = ", api_keys: [{ key: 'key-a', weight: 3, name: 'big' }, 'key-b']";

    [Fact]
    public void Keys_are_used_by_weight_evenly_mixed()
    {
        var bench = new HealthBench(Weighted);
        var names = Enumerable.Range(0, 8).Select(_ => bench.Enter().Key.Name);
        Assert.Equal("big big key-2 big big big key-2 big", string.Join(' ', names));
    }

    [Fact]
    public void A_bound_call_gets_its_key_or_is_refused_while_it_rests()
    {
        var bench = new HealthBench(Weighted);
        var call = bench.Call();
        var key = bench.Current.Providers[0].Keys[1];
        call.BoundKey = ("P", key.Id);
        for (var i = 0; i < 3; i++)
        {
            Assert.Same(key, bench.Admit(call: call).Pass!.Key);
        }

        // Bound at one provider, free at another.
        Assert.Equal("q-key", bench.Admit(bench.Q, call: call).Pass!.Key.Secret);
        bench.Targets.Failed(bench.Admit(call: call).Pass!, new(ErrorKind.RateLimited, 429, "no"));
        Assert.Equal("cooling", bench.Admit(call: call).Refusal!.Word);
        Assert.Null(bench.Refusal());

        call.BoundKey = ("p", "gone");
        Assert.NotNull(bench.Admit(call: call).Pass);
    }

    [Fact]
    public void A_limit_of_requests_a_minute_refuses_until_there_is_one_again()
    {
        var bench = new HealthBench(", limits: { requests_per_minute: 6 }");
        for (var i = 0; i < 6; i++)
        {
            bench.Succeed();
        }

        var refusal = bench.Admit().Refusal!;
        Assert.Equal(("limit", ErrorKind.RateLimited, 10), (refusal.Word, refusal.Kind, refusal.RetryAfter!.Value.TotalSeconds));
        Assert.Equal("limit", bench.Refusal(bench.Other));
        bench.Clock.Advance(10);
        bench.Succeed();
        Assert.Equal("limit", bench.Refusal());
        bench.Clock.Advance(3600);
        for (var i = 0; i < 6; i++)
        {
            bench.Succeed();
        }

        Assert.Equal("limit", bench.Refusal());
    }

    [Fact]
    public void A_key_at_its_own_limit_leaves_the_calls_to_the_others()
    {
        var bench = new HealthBench(", api_keys: [{ key: 'key-a', requests_per_minute: 1 }, { key: 'key-b', requests_per_minute: 2 }]");
        Assert.Equal(["key-1", "key-2", "key-2"], Enumerable.Range(0, 3).Select(_ => bench.Enter().Key.Name));
        Assert.Equal(30, bench.Admit().Refusal!.RetryAfter!.Value.TotalSeconds);
    }

    [Fact]
    public void A_call_larger_than_a_minutes_tokens_passes_a_full_bucket_and_the_next_waits_for_the_debt()
    {
        var bench = new HealthBench(", limits: { tokens_per_minute: 1000 }");
        var call = bench.Call();
        call.Decision = new("default", "", [bench.P], new(3000, default));
        Assert.NotNull(bench.Admit(call: call).Pass);
        Assert.Equal("limit", bench.Admit(call: call).Refusal!.Word);

        // 2000 owed and 1000 to be full again.
        Assert.Equal(180, bench.Admit(call: call).Refusal!.RetryAfter!.Value.TotalSeconds);
        bench.Clock.Advance(180);
        Assert.NotNull(bench.Admit(call: call).Pass);
    }

    [Fact]
    public void Latency_is_compared_only_with_enough_fresh_samples_and_failures_never_improve_it()
    {
        var bench = new HealthBench();
        Assert.Null(bench.Targets.Latency("p,m"));
        bench.Succeed(seconds: 1);
        bench.Succeed(seconds: 1);
        Assert.Null(bench.Targets.Latency("p,m"));
        bench.Succeed(seconds: 2);
        Assert.Equal(1.3, bench.Targets.Latency("p,m")!.Value, 6);
        bench.Fail();
        Assert.Equal(1.3, bench.Targets.Latency("p,m")!.Value, 6);
        for (var i = 0; i < 3; i++)
        {
            bench.Fail(target: bench.Q);
        }

        Assert.Null(bench.Targets.Latency("q,m"));
        bench.Clock.Advance(3600);
        Assert.Null(bench.Targets.Latency("p,m"));
        Assert.Equal(1.3, bench.Targets.Snapshot()[0].LatencySeconds!.Value, 6);
    }
}
