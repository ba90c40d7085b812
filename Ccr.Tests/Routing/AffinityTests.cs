using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dialects;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Routing.Affinity;

namespace Ccr.Tests.Routing;

public sealed class AffinityTests
{
    private readonly OrderBed _bed = new();

    [Fact]
    public void After_a_failover_the_session_stays_with_the_target_that_answered_while_its_cache_is_warm()
    {
        var first = _bed.Ask("s", by: "c");
        Assert.Equal(new RouteStep("affinity", false, "a session not seen before"), first.Steps[^1]);
        _bed.Clock.Advance(TimeSpan.FromSeconds(12));
        var next = _bed.Ask("s");
        Assert.Equal("cabd", OrderBed.Letters(next));
        Assert.Equal(new RouteStep("affinity", true, "the session's prompt cache is warm at c,m, used 12 s ago; moved from a,m to c,m: server"), next.Steps[^1]);
        Assert.Equal("because; " + next.Steps[^1].Reason, next.Reason);
        Assert.Equal("abcd", OrderBed.Letters(_bed.Ask("another session")));
        Counted(hit: 1, miss: 2, moved: 1);
    }

    [Fact]
    public void Every_answer_keeps_the_cache_warm_and_after_a_pause_the_first_target_wins_again()
    {
        _bed.Ask("s", by: "b");
        for (var i = 0; i < 10; i++)
        {
            _bed.Clock.Advance(TimeSpan.FromMinutes(4));
            Assert.Equal("bacd", OrderBed.Letters(_bed.Ask("s")));
        }

        _bed.Clock.Advance(TimeSpan.FromMinutes(5.1));
        var back = _bed.Ask("s");
        Assert.Equal("abcd", OrderBed.Letters(back));
        Assert.Equal(new RouteStep("affinity", false, "the session's prompt cache at b,m is cold after 306 s"), back.Steps[^1]);
        Assert.Equal("abcd", OrderBed.Letters(_bed.Ask("s")));
        Counted(hit: 11, miss: 1, moved: 1, cold: 1);
    }

    [Fact]
    public void A_cold_session_stays_when_the_first_target_is_broken()
    {
        _bed.Ask("s", by: "c");
        _bed.Clock.Advance(TimeSpan.FromMinutes(6));
        _bed.Break("a");
        _bed.Break("b");
        Assert.Equal("cdab", OrderBed.Letters(_bed.Ask("s")));
    }

    [Fact]
    public void After_its_time_a_session_is_new()
    {
        _bed.Ask("s", by: "c");
        _bed.Clock.Advance(TimeSpan.FromHours(1.1));
        Assert.Equal("a session not seen before", _bed.Ask("s").Steps[^1].Reason);
    }

    [Fact]
    public void A_broken_target_lets_go_of_its_sessions_and_the_next_one_keeps_them()
    {
        _bed.Ask("s", by: "b");
        _bed.Break("b");
        var left = _bed.Ask("s", by: "c");
        Assert.Equal("acdb", OrderBed.Letters(left));
        Assert.Equal("b,m, which served the session, takes no requests now", left.Steps[^1].Reason);
        var next = _bed.Ask("s");
        Assert.Equal("cadb", OrderBed.Letters(next));
        Assert.EndsWith("moved from b,m to c,m: refused", next.Steps[^1].Reason, StringComparison.Ordinal);
        Counted(hit: 1, miss: 1, yielded: 1, moved: 2);
    }

    [Fact]
    public void A_target_that_is_not_in_the_list_is_ignored_and_scenarios_have_places_of_their_own()
    {
        var call = _bed.Call("s");
        _bed.Arrange(call);
        _bed.Affinity.Served(call, new(_bed.Targets[0].Provider, "gone"), new("key-1", null));
        Assert.Equal("a,gone, which served the session, is not among these targets", _bed.Ask("s").Steps[^1].Reason);
        _bed.Ask("s", by: "b");
        Assert.Equal("abcd", OrderBed.Letters(_bed.Ask("s", scenario: Scenario.Think)));
    }

    [Fact]
    public void The_clients_own_choice_comes_before_the_warm_cache()
    {
        _bed.Ask("s", by: "b", scenario: Scenario.Direct);
        var next = _bed.Ask("s", scenario: Scenario.Direct);
        Assert.Equal("abcd", OrderBed.Letters(next));
        Assert.Equal("the client's own choice comes before b,m, which served the session", next.Steps[^1].Reason);
    }

    [Fact]
    public void The_key_goes_along_and_must_be_the_same_where_reasoning_is_encrypted()
    {
        ProxyService.Dispatch.ProxyCall Codex(string body) => _bed.Call(body: body, client: ClientDialects.Responses, change: r => r.Headers["session-id"] = "s");
        var first = Codex("{}");
        _bed.Arrange(first);
        var key = new ProviderKey("key-2", "secret");
        _bed.Affinity.Served(first, _bed.Targets[2], key);

        var plain = Codex("""{"include":["reasoning.encrypted_content"]}""");
        Assert.Equal("cabd", OrderBed.Letters(_bed.Arrange(plain)));
        Assert.Equal((("c", key.Id), null), (plain.PreferredKey!.Value, plain.BoundKey));

        // However cold the cache is.
        _bed.Clock.Advance(TimeSpan.FromMinutes(30));
        var encrypted = Codex("""{"input":[{"type":"reasoning","encrypted_content":"x"}]}""");
        Assert.Equal("cabd", OrderBed.Letters(_bed.Arrange(encrypted)));
        Assert.Equal(("c", key.Id), encrypted.BoundKey!.Value);

        var cold = Codex("{}");
        Assert.Equal("abcd", OrderBed.Letters(_bed.Arrange(cold)));
        Assert.Null(cold.PreferredKey);
    }

    [Fact]
    public void A_broken_answer_forgets_the_session()
    {
        _bed.Ask("s", by: "b");
        var call = _bed.Call("s");
        _bed.Arrange(call);
        _bed.Affinity.Forget(call);
        Assert.Equal("a session not seen before", _bed.Ask("s").Steps[^1].Reason);
    }

    [Fact]
    public void Switched_off_every_request_stands_for_itself()
    {
        var bed = new OrderBed(more: "Affinity: { enabled: false },");
        bed.Ask("s", by: "b");
        Assert.Equal("order", bed.Ask("s").Steps[^1].Rule);
        Assert.Equal(0, bed.Counters.Sessions);
    }

    [Fact]
    public void Other_replicas_are_asked_once_about_a_new_session_and_told_of_what_is_news_to_them()
    {
        var share = new FakeShare();
        var bed = new OrderBed(share: share);
        share.Answer = new("d,m", "key-1", bed.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        Assert.Equal("dabc", OrderBed.Letters(bed.Ask("s")));
        for (var i = 0; i < 5; i++)
        {
            bed.Clock.Advance(TimeSpan.FromSeconds(20));
            bed.Ask("s");
        }

        Assert.Equal(1, share.Asked);

        // Served here at 0 s, and the lag of a fifth of five minutes passed once.
        Assert.Equal([false, false], share.Told.Select(t => t.Moved));
        bed.Ask("s", by: "b");
        Assert.Equal(("b,m", true), (share.Told[^1].Binding!.Target, share.Told[^1].Moved));
    }

    private void Counted(int hit = 0, int miss = 0, int yielded = 0, int moved = 0, int cold = 0) =>
        Assert.Equal((hit, miss, yielded, moved, cold), (_bed.Counters.Hit.Value, _bed.Counters.Miss.Value, _bed.Counters.Yielded.Value, _bed.Counters.Moved.Value, _bed.Counters.Cold.Value));

    private sealed class FakeShare : ISharedBindings
    {
        public AffinityBinding? Answer { get; set; }

        public int Asked { get; private set; }

        public List<(AffinityBinding? Binding, bool Moved)> Told { get; } = [];

        public ValueTask<AffinityBinding?> FindAsync(SessionKey key, CancellationToken cancellationToken)
        {
            Asked++;
            return new(Answer);
        }

        public void Put(SessionKey key, AffinityBinding? binding, TimeSpan ttl, bool moved) => Told.Add((binding, moved));
    }
}
