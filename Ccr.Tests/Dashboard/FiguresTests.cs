using Ccr.Dashboard.Web;
using Ccr.Dashboard.Web.Live;
using Ccr.Dashboard.Web.Sources;

namespace Ccr.Tests.Dashboard;

public sealed class FiguresTests
{
    [Fact]
    public void What_is_not_known_is_a_dash_and_never_a_zero()
    {
        Assert.All(
            [Figures.Full(null), Figures.Count(null), Figures.PerSecond(null), Figures.Duration(null), Figures.Share(null), Figures.Span(null), Figures.Text(" "), Figures.Dollars(null)],
            text => Assert.Equal("—", text));
        Assert.Equal("—", new BrowserClock().Time(null));
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(9_999, "9,999")]
    [InlineData(10_000, "10.0k")]
    [InlineData(99_949, "99.9k")]
    [InlineData(99_950, "100k")]
    [InlineData(999_949, "1000k")]
    [InlineData(999_950, "1.0M")]
    [InlineData(26_040_000, "26.0M")]
    [InlineData(7_200_000_000, "7.2G")]
    public void Counts_are_short(long value, string text) => Assert.Equal(text, Figures.Count(value));

    [Theory]
    [InlineData("0", "$0")]
    [InlineData("0.000099", "<$0.0001")]
    [InlineData("0.0105", "$0.0105")]
    [InlineData("0.25", "$0.250")]
    [InlineData("12.345", "$12.35")]
    [InlineData("1234.5", "$1,234.50")]
    [InlineData("25000", "$25.0k")]
    public void Dollars_have_the_digits_that_matter(string value, string text) =>
        Assert.Equal(text, Figures.Dollars(decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData(0.04, "0.0 ms")]
    [InlineData(45.6, "46 ms")]
    [InlineData(999.4, "999 ms")]
    [InlineData(999.6, "1.00 s")]
    [InlineData(12_345, "12.3 s")]
    [InlineData(125_000, "2 min 5 s")]
    public void Durations_change_their_unit(double milliseconds, string text) => Assert.Equal(text, Figures.Duration(milliseconds));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.01, "<0.1")]
    [InlineData(1.25, "1.3")]
    [InlineData(120.4, "120")]
    [InlineData(13_500, "13.5k")]
    public void Rates_are_short(double value, string text) => Assert.Equal(text, Figures.PerSecond(value));

    [Theory]
    [InlineData(0, "0 %")]
    [InlineData(0.0001, "<0.1 %")]
    [InlineData(0.041, "4.1 %")]
    [InlineData(0.78, "78 %")]
    [InlineData(1, "100 %")]
    public void Shares_are_percentages(double value, string text) => Assert.Equal(text, Figures.Share(value));

    [Fact]
    public void Times_are_utc_and_say_so_until_the_browser_told_its_offset()
    {
        var clock = new BrowserClock();
        var noon = new DateTimeOffset(2026, 3, 4, 12, 0, 5, TimeSpan.Zero);
        Assert.Equal("12:00:05 UTC", clock.Time(noon));
        clock.SetOffset(330);
        Assert.Equal("17:30:05", clock.Time(noon));
        clock.SetOffset(int.MinValue);
        Assert.Equal("2026-03-03 22:00:05", clock.DateTime(noon));
    }

    [Fact]
    public void Usage_rows_are_of_one_kind_busiest_first_and_failures_are_tries_besides_the_answers()
    {
        var rows = UsageRow.FromSeries(
            new Dictionary<string, Counters>
            {
                ["provider:a"] = new() { Requests = 1, Failures = 3 },
                ["provider:b"] = new() { Requests = 3 },
                ["model:a"] = new() { Requests = 100 },
            },
            "provider:");
        Assert.Equal(["b", "a"], rows.Select(r => r.Name));
        Assert.Equal([0.75, 0.25], rows.Select(r => r.Share));
        Assert.Equal([0, 0.75], rows.Select(r => r.FailureShare!.Value));
        Assert.Null(new UsageRow().FailureShare);
    }

    [Fact]
    public void Counters_of_no_hash_are_unknown_and_absent_fields_of_a_hash_are_zero()
    {
        Assert.Null(Counters.FromHash([]));
        var counters = Counters.FromHash([new("requests", 4), new("input_tokens", 10), new("cache_read_tokens", 5), new("duration_ms", 6), new("of_tomorrow", 1)])!;
        Assert.Equal((4, 0, 0.5, 1.5), (counters.Requests, counters.Failures, counters.CacheShare, counters.MeanDurationMs));
        Assert.Null(new Counters().CacheShare);
        Assert.Null(new Counters().MeanDurationMs);
    }

    [Theory]
    [InlineData("", "All", "ok,rescued,failed,left")]
    [InlineData("", "OK", "ok,rescued")]
    [InlineData("", "Failed", "failed")]
    [InlineData("", "Rescued", "rescued")]
    [InlineData("GLM", "All", "rescued")]
    [InlineData("503", "All", "failed")]
    [InlineData("sonnet rate", "All", "rescued,failed")]
    [InlineData("sonnet nowhere", "All", "")]
    public void Requests_are_found_by_words_status_and_outcome(string text, string outcome, string found)
    {
        RequestEntry[] requests =
        [
            new() { Id = "ok", RequestedModel = "claude-sonnet", Status = 200, Attempts = [new() { Model = "x" }] },
            new() { Id = "rescued", RequestedModel = "claude-sonnet", Status = 200, Attempts = [new() { Failure = "rate_limited" }, new() { Model = "glm-4.6" }] },
            new() { Id = "failed", RequestedModel = "claude-sonnet", Status = 503, Failure = "all_failed", Attempts = [new() { Failure = "rate_limited" }] },
            new() { Id = "left", Status = 499, Failure = "client_gone" },
        ];
        Assert.Equal(found, string.Join(',', requests.Where(r => RequestFilter.Fits(r, text, outcome)).Select(r => r.Id)));
    }
}
