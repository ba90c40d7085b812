using Ccr.Dashboard.Web.Sources;

namespace Ccr.Tests.Dashboard;

public sealed class RecentRequestsTests
{
    [Fact]
    public void The_first_look_takes_everything_and_later_ones_only_what_is_new()
    {
        var recent = new RecentRequests();
        Assert.Equal("-", recent.From);
        Assert.True(recent.Take([Entry(2), Entry(1)]));
        Assert.Equal("2-0", recent.From);
        Assert.True(recent.Take([Entry(4), Entry(3), Entry(2)]));
        Assert.Equal(["r4", "r3", "r2", "r1"], recent.Entries.Select(e => e.Id));
    }

    [Fact]
    public void Nothing_new_keeps_the_same_list()
    {
        var recent = new RecentRequests();
        recent.Take([Entry(1)]);
        var before = recent.Entries;
        Assert.True(recent.Take([Entry(1)]));
        Assert.Same(before, recent.Entries);
    }

    [Fact]
    public void A_stream_that_was_emptied_or_trimmed_past_the_last_entry_is_read_anew()
    {
        var recent = new RecentRequests();
        recent.Take([Entry(2), Entry(1)]);
        Assert.False(recent.Take([]));
        Assert.True(recent.Take([]));
        Assert.Empty(recent.Entries);
        Assert.True(recent.Take([Entry(8)]));
        Assert.False(recent.Take([Entry(20), Entry(19)]));
        Assert.True(recent.Take([Entry(20), Entry(19)]));
        Assert.Equal(["r20", "r19"], recent.Entries.Select(e => e.Id));
    }

    [Fact]
    public void An_entry_that_cannot_be_read_is_passed_over_and_the_list_is_bounded()
    {
        var recent = new RecentRequests();
        Assert.True(recent.Take([new("3-0", "{broken"), new("2-0", null), Entry(1)]));
        Assert.Equal(["r1"], recent.Entries.Select(e => e.Id));
        for (var i = 4; i < 4 + RecentRequests.Capacity; i++)
        {
            Assert.True(recent.Take([Entry(i), new(recent.From, "")]));
        }

        Assert.Equal(RecentRequests.Capacity, recent.Entries.Count);
        Assert.Equal($"r{3 + RecentRequests.Capacity}", recent.Entries[0].Id);
    }

    private static KeyValuePair<string, string?> Entry(int i) => new($"{i}-0", $$"""{"newField":{"x":[1]},"id":"r{{i}}"}""");
}
