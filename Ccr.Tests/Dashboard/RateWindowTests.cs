using Ccr.Dashboard.Web.Live;

namespace Ccr.Tests.Dashboard;

public sealed class RateWindowTests
{
    [Fact]
    public void One_look_is_no_rate()
    {
        var window = new RateWindow();
        window.Add(5, 100);
        Assert.Null(window.Rate(5, 10));
        Assert.All(window.Slots(5), Assert.Null);
    }

    [Fact]
    public void Growth_is_spread_over_the_time_between_two_looks()
    {
        var window = new RateWindow();
        window.Add(0, 0);
        window.Add(1, 4);
        window.Add(2, 4);
        window.Add(4, 8);
        Assert.Equal(2, window.Rate(4, 10));
        var slots = window.Slots(4);
        Assert.Equal([4, 0, 2, 2], slots[^4..].Select(s => s!.Value));
        Assert.All(slots[..^4], Assert.Null);
    }

    [Fact]
    public void A_rate_counts_only_the_seconds_that_were_watched()
    {
        var window = new RateWindow();
        window.Add(100, 0);
        window.Add(102, 10);
        Assert.Equal(5, window.Rate(110, 10));
        Assert.Null(window.Rate(130, 10));
        Assert.Equal(5, window.Rate(130, 60));
    }

    [Fact]
    public void A_counter_that_shrank_starts_over()
    {
        var window = new RateWindow();
        window.Add(0, 1000);
        window.Add(1, 1001);
        window.Add(2, 3);
        Assert.Null(window.Rate(2, 10));
        window.Add(3, 5);
        Assert.Equal(2, window.Rate(3, 10));
    }

    [Fact]
    public void Sums_of_slots_are_the_growth_whatever_the_rhythm_of_the_looks()
    {
        var random = new Random(7);
        var window = new RateWindow();
        double at = 0;
        long value = 0;
        window.Add(at, value);
        while (at < 50)
        {
            at += 0.2 + random.NextDouble() * 3;
            value += random.Next(20);
            window.Add(at, value);
        }

        // Slots are cut at the newest look; a minute holds all of it, and the oldest slot may be watched in part.
        var slots = window.Slots(at);
        Assert.Equal(value, Enumerable.Range(0, 60).Sum(i => Watched(at, i) * (slots[i] ?? 0)), 6);

        static double Watched(double now, int slot) => Math.Clamp(slot + 1 - (60 - now), 0, 1);
    }

    [Fact]
    public void What_is_older_than_a_minute_is_forgotten()
    {
        var window = new RateWindow();
        window.Add(0, 0);
        window.Add(1, 1_000_000);
        for (var i = 2; i <= 100; i++)
        {
            window.Add(i, 1_000_000 + i);
        }

        Assert.Equal(1, window.Rate(100, 1000)!.Value, 6);
    }
}
