using Ccr.ProxyService.Usage;

namespace Ccr.Tests.Usage;

public sealed class UsageRangeTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 14, 15, 9, 26, TimeSpan.Zero);

    [Fact]
    public void Everything_is_counted_on_its_own()
    {
        var range = UsageRange.Of(null, null, Now, Granularity.Minute);
        Assert.Null(range.From);
        Assert.Null(range.Slices);
        Assert.Equal(Now.AddSeconds(34), range.To);
    }

    [Theory]
    [InlineData("2026-03-14T00:00:00Z", null, "2026-03-14T00:00:00Z", "2026-03-14T15:10:00Z", "1d")]
    [InlineData("2026-03-14T13:58:30Z", null, "2026-03-14T13:58:00Z", "2026-03-14T15:10:00Z", "2m 2h")]
    [InlineData("2026-03-12T21:30:00Z", null, "2026-03-12T21:00:00Z", "2026-03-14T15:10:00Z", "3h 2d")]
    [InlineData("2026-03-12T21:30:00Z", "2026-03-14T02:02:00Z", "2026-03-12T21:00:00Z", "2026-03-14T02:02:00Z", "3h 1d 2h 2m")]
    [InlineData("2026-01-01T10:00:00Z", "2026-01-02T10:00:00Z", "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z", "2d")]
    [InlineData("2026-01-01T10:00:00Z", "2026-02-28T10:20:00Z", "2026-01-01T00:00:00Z", "2026-02-28T11:00:00Z", "58d 11h")]
    [InlineData("2026-03-14T15:09:00Z", "2027-01-01T00:00:00Z", "2026-03-14T15:09:00Z", "2026-03-14T15:10:00Z", "1m")]
    [InlineData("1970-01-01T00:00:00Z", null, "2025-02-08T00:00:00Z", "2026-03-14T15:10:00Z", "400d")]
    [InlineData(null, "2026-03-14T00:00:00Z", "2025-02-08T00:00:00Z", "2026-03-14T00:00:00Z", "399d")]
    public void A_range_is_made_of_the_coarsest_slices_that_fit(string? from, string? to, string begin, string end, string slices)
    {
        var range = UsageRange.Of(Time(from), Time(to), Now, Granularity.Minute);
        Assert.Equal((Time(begin), Time(end)), (range.From, range.To));
        Assert.Equal(slices, Runs(range.Slices!));
    }

    [Fact]
    public void Slices_follow_one_another_and_are_still_kept()
    {
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
        {
            var from = Now.AddMinutes(-random.NextInt64(1, random.Next(2) == 0 ? 3000 : 90 * 1440));
            DateTimeOffset? to = random.Next(3) == 0 ? null : from.AddSeconds(random.NextInt64(1, 60 * 86400));
            var least = (Granularity)random.Next(3);
            var range = UsageRange.Of(from, to, Now, least);
            Assert.True(range.From <= from && (to is null || to > Now || range.To >= to), $"{from:u} {to:u} {least}");
            var at = range.From!.Value;
            foreach (var slice in range.Slices!)
            {
                Assert.Equal(at, slice.Start);
                Assert.True(slice.Granularity >= least);
                Assert.True(slice.Start + slice.Granularity.Length() + slice.Granularity.Retention() > Now);
                at += slice.Granularity.Length();
            }

            Assert.True(at == range.To || (at > range.To && at > Now), $"{at:u} {range.To:u}");
        }
    }

    private static DateTimeOffset? Time(string? text) => text is null ? null : DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>"2m 3h": how many of which kind follow one another.</summary>
    private static string Runs(IReadOnlyList<UsageSlice> slices)
    {
        List<(Granularity Kind, int Count)> runs = [];
        foreach (var slice in slices)
        {
            if (runs.Count > 0 && runs[^1].Kind == slice.Granularity)
            {
                runs[^1] = (slice.Granularity, runs[^1].Count + 1);
            }
            else
            {
                runs.Add((slice.Granularity, 1));
            }
        }

        return string.Join(' ', runs.Select(r => $"{r.Count}{"mhd"[(int)r.Kind]}"));
    }
}
