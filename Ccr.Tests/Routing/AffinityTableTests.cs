using Ccr.ProxyService.Routing.Affinity;

namespace Ccr.Tests.Routing;

public sealed class AffinityTableTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromHours(1);

    private readonly AffinityCounters _counters = new();
    private readonly MovableClock _clock = new();

    [Fact]
    public void It_never_holds_more_than_its_limit_and_keeps_those_in_use()
    {
        var table = new AffinityTable(_counters, _clock, limit: 100);
        for (var i = 0UL; i < 1000; i++)
        {
            table.Put(new(1, i), Binding("t"), Ttl);
            table.Put(new(2, 0), Binding("busy"), Ttl);
            Assert.InRange(_counters.Sessions, 1, 100);
        }

        Assert.Equal("busy", table.Find(new(2, 0))?.Target);
        Assert.NotNull(table.Find(new(1, 999)));
        Assert.Null(table.Find(new(1, 10)));
    }

    [Fact]
    public void Idle_sessions_leave_in_time()
    {
        var table = new AffinityTable(_counters, _clock);
        table.Put(new(1, 1), Binding("t"), Ttl);
        for (var i = 2UL; i < 4; i++)
        {
            _clock.Advance(TimeSpan.FromHours(1.1));
            table.Put(new(1, i), Binding("t"), Ttl);
        }

        Assert.Null(table.Find(new(1, 1)));
        Assert.Equal(2, _counters.Sessions);
    }

    [Fact]
    public void Of_another_replica_it_learns_only_what_is_newer_and_only_of_sessions_it_knows()
    {
        var table = new AffinityTable(_counters, _clock);
        table.Put(new(1, 1), new("here", null, 100), Ttl);
        table.Learn(new(1, 2), new("there", null, 200));
        table.Learn(new(1, 1), new("there", null, 99));
        Assert.Equal("here", table.Find(new(1, 1))!.Target);
        Assert.Null(table.Find(new(1, 2)));
        table.Learn(new(1, 1), new("there", null, 200));
        Assert.Equal(("there", "here", "another replica moved it"), (table.Find(new(1, 1))!.Target, table.Find(new(1, 1))!.MovedFrom, table.Find(new(1, 1))!.MovedBecause));
        table.Learn(new(1, 1), null);
        Assert.Null(table.Find(new(1, 1)));
        Assert.Equal(0, _counters.Sessions);
    }

    [Theory]
    [InlineData("a,m", "key-1")]
    [InlineData("odd\nname,m", null)]
    public void A_binding_survives_its_way_through_redis(string target, string? key)
    {
        var read = AffinityBinding.Decode(new AffinityBinding(target, key, 17).Encode());
        Assert.Equal((target, key, 17L), (read!.Target, read.Key, read.ServedAt));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("17\nkey")]
    [InlineData("x\nkey\ntarget")]
    [InlineData("17\nkey\n")]
    public void What_is_no_binding_is_none(string? text) => Assert.Null(AffinityBinding.Decode(text));

    [Fact]
    public void After_a_late_answer_nobody_asks_for_a_second_and_a_silent_redis_is_not_asked_at_all()
    {
        var gate = new LookupGate(_clock);
        Assert.False(gate.IsOpen);
        gate.Set(answers: true);
        Assert.True(gate.IsOpen);
        gate.Late();
        _clock.Advance(TimeSpan.FromSeconds(0.99));
        Assert.False(gate.IsOpen);
        _clock.Advance(TimeSpan.FromSeconds(0.02));
        Assert.True(gate.IsOpen);
        gate.Set(answers: false);
        Assert.False(gate.IsOpen);
    }

    private static AffinityBinding Binding(string target) => new(target, null, 0);
}
