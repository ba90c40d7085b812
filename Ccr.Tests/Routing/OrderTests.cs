using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Routing.Order;

namespace Ccr.Tests.Routing;

public sealed class OrderTests
{
    [Fact]
    public void By_latency_the_first_stays_first_and_the_rest_goes_fastest_first()
    {
        var bed = new OrderBed();
        bed.Measure("a", 9);
        bed.Measure("b", 3);
        bed.Measure("c", 2);
        bed.Measure("d", 1);
        var decision = bed.Arrange(bed.Call());
        Assert.Equal("adcb", OrderBed.Letters(decision));
        var step = decision.Steps[^1];
        Assert.Equal(("order", true, "the healthy first, then by observed latency: a,m; d,m; c,m; b,m"), (step.Rule, step.Taken, step.Reason));
        Assert.Equal("because; " + step.Reason, decision.Reason);
        Assert.Equal("default", decision.Steps[0].Rule);
    }

    [Fact]
    public void As_configured_says_so_and_changes_no_reason()
    {
        var bed = new OrderBed();
        var decision = bed.Arrange(bed.Call());
        Assert.Equal(("abcd", "because"), (OrderBed.Letters(decision), decision.Reason));
        Assert.Equal(new RouteStep("order", false, "as configured"), decision.Steps[^1]);
    }

    [Fact]
    public void Too_few_samples_or_too_old_ones_count_for_nothing_and_the_unmeasured_keep_their_places()
    {
        var bed = new OrderBed();
        bed.Measure("b", 3);
        bed.Measure("c", 0.1, samples: 4);
        bed.Measure("d", 1);
        Assert.Equal("adcb", bed.Arrange());
        bed.Measure("d", 1, samples: 0);
        Assert.Equal("abcd", bed.Arrange());
    }

    [Fact]
    public void A_target_passes_another_only_when_it_is_a_fifth_faster_and_so_does_the_other_on_its_way_back()
    {
        var bed = new OrderBed();
        bed.Measure("b", 1);
        bed.Measure("c", 0.81);
        Assert.Equal("abcd", bed.Arrange());
        bed.Measure("c", 0.79);
        Assert.Equal("acbd", bed.Arrange());
        bed.Measure("c", 1.2);
        Assert.Equal("acbd", bed.Arrange());
        bed.Measure("c", 1.3);
        Assert.Equal("abcd", bed.Arrange());
    }

    [Fact]
    public void A_target_that_only_failed_comes_after_those_that_answered_or_were_not_tried()
    {
        var bed = new OrderBed();
        bed.Facts["b"] = new(null, 0, 0, true, true);
        bed.Measure("c", 5);
        Assert.Equal("acdb", bed.Arrange());
    }

    [Fact]
    public void A_broken_target_goes_last_and_comes_back_to_where_it_was()
    {
        var bed = new OrderBed();
        bed.Break("a");
        bed.Break("b");
        Assert.Equal("cdab", bed.Arrange());
        bed.Facts.Clear();
        Assert.Equal("abcd", bed.Arrange());

        // Also when its latency would not carry it past the others.
        bed.Measure("b", 1);
        bed.Measure("c", 0.9);
        bed.Break("b");
        Assert.Equal("acdb", bed.Arrange());
        bed.Measure("b", 1);
        Assert.Equal("abcd", bed.Arrange());
    }

    [Fact]
    public void By_priority_nothing_moves()
    {
        var bed = new OrderBed("priority");
        bed.Break("a");
        bed.Measure("d", 0.1);
        Assert.Equal("abcd", bed.Arrange());
    }

    [Fact]
    public void By_cost_the_cheapest_is_first_and_unknown_prices_come_last()
    {
        var bed = new OrderBed("cost");
        Assert.Equal("abcd", bed.Arrange());
        bed.Prices["d"] = 0.5m;
        bed.Prices["b"] = 3;
        Assert.Equal("dbac", bed.Arrange());
        bed.Break("d");
        Assert.Equal("bacd", bed.Arrange());
    }

    [Fact]
    public void The_least_busy_is_first_and_among_equals_the_configured_one()
    {
        var bed = new OrderBed("leastBusy");
        bed.Facts["a"] = TargetFacts.Untried with { Active = 2 };
        bed.Facts["c"] = TargetFacts.Untried with { Active = 1 };
        Assert.Equal("bdca", bed.Arrange());
    }

    [Fact]
    public void By_weight_the_first_is_drawn_in_proportion_and_the_others_follow_in_order()
    {
        var bed = new OrderBed("weighted", random: new Random(7));
        var orders = Enumerable.Range(0, 1000).Select(_ => bed.Arrange()).CountBy(o => o).ToDictionary();
        Assert.Equal(["bacd", "cabd", "dabc"], orders.Keys.Order());
        Assert.InRange(orders["bacd"], 550, 650);
        Assert.InRange(orders["cabd"], 150, 250);
    }

    [Fact]
    public void By_weight_a_broken_target_is_not_drawn()
    {
        var bed = new OrderBed("weighted");
        bed.Break("b");
        Assert.All(Enumerable.Range(0, 100).Select(_ => bed.Arrange()), o => Assert.Contains(o, (string[])["cadb", "dacb"]));
        bed.Break("c");
        bed.Break("d");
        Assert.Equal("abcd", bed.Arrange());
    }

    [Theory]
    [InlineData("latency")]
    [InlineData("cost")]
    [InlineData("weighted")]
    [InlineData("leastBusy")]
    public void The_clients_own_choice_is_always_first(string order)
    {
        var bed = new OrderBed(order);
        bed.Facts["a"] = new(9, 9, 9, false, true);
        bed.Measure("d", 0.1);
        bed.Measure("c", 5);
        bed.Prices["d"] = 1;
        Assert.StartsWith("a", bed.Arrange(Scenario.Direct), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_order_again_makes_no_new_list()
    {
        var bed = new OrderBed();
        bed.Measure("b", 3);
        bed.Measure("d", 1);
        Assert.Same(bed.Arrange(bed.Call()).Targets, bed.Arrange(bed.Call()).Targets);
    }
}
