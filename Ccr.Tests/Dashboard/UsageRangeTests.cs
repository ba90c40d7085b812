using Ccr.Dashboard.Web.Live;

namespace Ccr.Tests.Dashboard;

public sealed class UsageRangeTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 11, 59, 30, TimeSpan.Zero);

    [Theory]
    [InlineData("1 h", 60, "2026-03-04T11:00:00Z", "2026-03-04T11:59:00Z")]
    [InlineData("24 h", 24, "2026-03-03T12:00:00Z", "2026-03-04T11:00:00Z")]
    [InlineData("7 d", 168, "2026-02-25T12:00:00Z", "2026-03-04T11:00:00Z")]
    [InlineData("30 d", 30, "2026-02-03T00:00:00Z", "2026-03-04T00:00:00Z")]
    public void A_range_has_every_step_and_none_is_cut(string name, int count, string first, string last)
    {
        var range = UsageRange.All.Single(r => r.Name == name);
        var steps = range.Steps(Now, null);
        Assert.Equal(count, steps.Count);
        Assert.Equal((At(first), At(last)), (steps[0], steps[^1]));
        Assert.Equal(steps[0], range.From(Now));
    }

    [Fact]
    public void All_begins_with_the_first_count_and_is_never_longer_than_days_are_kept()
    {
        var all = UsageRange.All[^1];
        Assert.Null(all.From(Now));
        Assert.Equal([At("2026-03-03T00:00:00Z"), At("2026-03-04T00:00:00Z")], all.Steps(Now, At("2026-03-03T23:00:00Z")));
        Assert.Equal([At("2026-03-04T00:00:00Z")], all.Steps(Now, null));
        Assert.Equal(402, all.Steps(Now, DateTimeOffset.UnixEpoch).Count);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
