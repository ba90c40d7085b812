using Ccr.ProxyService.Usage;
using Ccr.ServiceDefaults;

namespace Ccr.Tests.Usage;

public sealed class OutboxTests
{
    private static readonly HashSet<string> Nothing = [];

    private readonly UsageRecorder _recorder = new();
    private readonly UsageOutbox _outbox;

    public OutboxTests() => _outbox = new UsageOutbox(_recorder);

    [Fact]
    public void Growth_is_handed_out_once()
    {
        _recorder.Record(Samples.Answer());
        _outbox.Take(Samples.Start);
        var first = _outbox.Seal("i", Nothing, out _);
        _outbox.Take(Samples.Start);

        Assert.Equal(["app:opencode", "model:m", "provider:a", "recent", "scenario:default", "tier:a,m", "total"], first.Select(u => u.Tag).Order());
        Assert.Equal(1, first.Sum(u => u.Requests));
        Assert.Empty(_outbox.Seal("i", Nothing, out _));
    }

    [Fact]
    public void What_waits_merges_however_long_it_waits()
    {
        for (var second = 0; second < 600; second++)
        {
            _recorder.Record(Samples.Answer());
            _outbox.Take(Samples.Start.AddSeconds(second));
        }

        var units = _outbox.Seal("i", Nothing, out var skipped);
        Assert.Equal(7, units.Count);
        Assert.Equal(600, units.Sum(u => u.Requests));
        Assert.Equal(0, skipped);
    }

    [Fact]
    public void Requests_beyond_what_one_flush_lists_are_skipped_and_told()
    {
        for (var i = 0; i < UsageOutbox.MostRecent + 234; i++)
        {
            _recorder.Record(Samples.Answer());
        }

        _outbox.Take(Samples.Start);
        Assert.Equal(UsageOutbox.MostRecent + 234, _outbox.Seal("i", Nothing, out var skipped).Sum(u => u.Requests));
        Assert.Equal(234, skipped);
    }

    [Fact]
    public void A_series_that_is_under_way_waits_and_the_others_go()
    {
        _recorder.Record(Samples.Answer());
        _outbox.Take(Samples.Start);
        var units = _outbox.Seal("i", new HashSet<string> { "total", "recent" }, out _);
        Assert.Equal(["app:opencode", "model:m", "provider:a", "scenario:default", "tier:a,m"], units.Select(u => u.Tag).Order());

        _recorder.Record(Samples.Answer());
        _outbox.Take(Samples.Start);
        Assert.Equal(2, _outbox.Seal("i", Nothing, out _).Single(u => u.Tag == "total").Requests);
    }

    [Fact]
    public void Minutes_are_kept_apart_and_old_ones_keep_only_their_sum()
    {
        var delta = new UsageDelta("total", 1);
        for (var minute = 0; minute < UsageDelta.MostMinutes + 5; minute++)
        {
            delta.Add(Samples.Start.AddMinutes(minute), [1, 0, 10, 0, 0, 0, 0, 0]);
            delta.Add(Samples.Start.AddMinutes(minute), [1, 0, 0, 0, 0, 0, 0, 0]);
        }

        Assert.Equal(UsageDelta.MostMinutes, delta.Minutes.Count);
        Assert.Equal(Samples.Start.AddMinutes(5), delta.Minutes.Keys.Min());
        Assert.All(delta.Minutes.Values, m => Assert.Equal([2, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0], m));
        Assert.Equal(2 * (UsageDelta.MostMinutes + 5), delta.Total[0]);
    }
}
