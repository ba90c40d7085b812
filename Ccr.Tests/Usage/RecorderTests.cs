using Ccr.ProxyService.Tokens;
using Ccr.ProxyService.Usage;

namespace Ccr.Tests.Usage;

public sealed class RecorderTests
{
    private readonly UsageRecorder _recorder = new();

    [Fact]
    public void A_rescued_request_is_one_answer_and_one_failed_try()
    {
        _recorder.Record(Samples.Rescued());

        Assert.Equal([1, 0, 100, 40, 60, 30, 8, 2000], Values(_recorder.Total));
        Assert.Equal([0, 1, 0, 0, 0, 0, 0, 0], Values(_recorder.Targets[("a", "m")].Counters));
        Assert.Equal([1, 0, 100, 40, 60, 30, 8, 1988], Values(_recorder.Targets[("b", "m2")].Counters));
        Assert.Equal([0, 1, 0, 0, 0, 0, 0, 0], Values(_recorder.Providers["a"]));
        Assert.Equal([1, 0, 100, 40, 60, 30, 8, 1988], Values(_recorder.Models["m2"]));
        Assert.Equal(1, _recorder.Targets[("a", "m")].Failures["server"].Value);
        Assert.Equal(1, _recorder.Scenarios["think"].Value);
        Assert.Equal(1, _recorder.Applications["claude-code"].Requests.Value);
        Assert.Equal(1, _recorder.RoutingTokens(TokenCountSource.Service));
        Assert.Equal(0, _recorder.RoutingTokens(TokenCountSource.Size));
    }

    [Fact]
    public void A_stream_that_was_cut_counts_its_tokens_and_its_failure()
    {
        _recorder.Record(Samples.Rescued() with
        {
            Attempts = [new("b", "m2", 200, "cut", TimeSpan.FromSeconds(1)) { Tokens = new(100, 60, 30, 40, 8) }],
            Failure = "cut",
        });

        Assert.Equal([0, 1, 100, 40, 60, 30, 8, 0], Values(_recorder.Targets[("b", "m2")].Counters));
        Assert.Equal([1, 1, 100, 40, 60, 30, 8, 2000], Values(_recorder.Total));
    }

    [Fact]
    public void A_client_that_left_is_nobodys_failure()
    {
        _recorder.Record(Samples.Left());

        Assert.Equal([1, 0, 7, 3, 0, 0, 0, 101], Values(_recorder.Total));
        Assert.Equal([0, 0, 7, 3, 0, 0, 0, 0], Values(_recorder.Targets[("a", "m")].Counters));
        Assert.Equal(1, _recorder.ClientsLeft.Value);
    }

    [Fact]
    public void A_request_that_reached_no_provider_fails_under_its_reason()
    {
        _recorder.Record(Samples.Unrouted());

        Assert.Equal(1, _recorder.Total[UsageField.Failures]);
        Assert.Equal(1, _recorder.UnroutedFailures["no_target"].Value);
        Assert.Empty(_recorder.Targets.Entries);
    }

    [Fact]
    public void Series_are_bounded_and_the_rest_is_counted_under_other()
    {
        for (var i = 0; i < 1500; i++)
        {
            _recorder.Record(Samples.Answer("provider" + (i % 300), "model" + i));
        }

        Assert.Equal(401, _recorder.Targets.Entries.Count());
        Assert.Equal(201, _recorder.Providers.Entries.Count());
        Assert.Equal(401, _recorder.Models.Entries.Count());
        Assert.Equal(1100, _recorder.Models[UsageRecorder.Other][UsageField.Requests]);
        Assert.Equal(1100, _recorder.Targets[(UsageRecorder.Other, UsageRecorder.Other)].Counters[UsageField.Requests]);
        Assert.Equal(500, _recorder.Providers[UsageRecorder.Other][UsageField.Requests]);
        Assert.Equal(5, _recorder.Providers["provider0"][UsageField.Requests]);
        Assert.Equal(1500, _recorder.Models.Entries.Sum(m => m.Value[UsageField.Requests]));
    }

    [Fact]
    public void Four_threads_lose_nothing()
    {
        var threads = Enumerable.Range(0, 4).Select(t => new Thread(() =>
        {
            for (var i = 0; i < 5000; i++)
            {
                _recorder.Record(Samples.Answer("p" + (i % 3), "m" + t, input: i, output: 1));
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());

        Assert.Equal([20000, 0, 4 * 12_497_500L, 20000, 0, 0, 0, 20000 * 101L], Values(_recorder.Total));
        Assert.Equal(4 * 12_497_500L, _recorder.Targets.Entries.Sum(t => t.Value.Counters[UsageField.InputTokens]));
        Assert.Equal(0, _recorder.ActiveRequests.Value);
    }

    [Fact]
    public void Recording_a_known_target_allocates_nothing()
    {
        var record = Samples.Rescued();
        for (var i = 0; i < 100; i++)
        {
            _recorder.Record(record);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _recorder.Record(record);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Many_short_answers_add_up_to_milliseconds()
    {
        for (var i = 0; i < 1000; i++)
        {
            _recorder.Record(Samples.Answer() with { Duration = TimeSpan.FromMicroseconds(400) });
        }

        Assert.Equal(400, _recorder.Total[UsageField.DurationMs]);
    }

    [Fact]
    public void The_gauge_of_streams_remembers_its_peak()
    {
        _recorder.StreamStarted();
        _recorder.StreamStarted();
        _recorder.StreamEnded();
        _recorder.StreamStarted();
        _recorder.StreamEnded();

        Assert.Equal(1, _recorder.ActiveStreams.Value);
        Assert.Equal(2, _recorder.ActiveStreams.Peak);
    }

    [Fact]
    public void The_recent_requests_keep_the_newest_and_tell_how_many_were_missed()
    {
        var recent = new RecentRequests(3);
        for (var i = 1; i <= 5; i++)
        {
            recent.Add(Samples.Rescued("req_" + i));
        }

        Assert.Equal(["req_3", "req_4", "req_5"], recent.Read(0, 10, out var last).Select(r => r.RequestId));
        Assert.Equal(5, last);
        Assert.Equal(["req_5"], recent.Read(0, 1, out _).Select(r => r.RequestId));
        Assert.Equal(["req_5"], recent.Read(4, 10, out _).Select(r => r.RequestId));
        Assert.Empty(recent.Read(5, 10, out _));
    }

    [Fact]
    public void What_is_spent_adds_up_to_the_last_decimal_in_every_series()
    {
        // 0.000001000001 dollars are one millionth and one 10^-12: neither a double nor a millionth alone could hold the sum of 3,000 of them.
        var record = Samples.Answer();
        record = record with { Attempts = [record.Attempts[0] with { Cost = 0.000001000001m }] };
        for (var i = 0; i < 3000; i++)
        {
            _recorder.Record(record);
        }

        foreach (var counters in _recorder.Series)
        {
            Assert.Equal((3000, 3000, 0), (counters[UsageField.CostMicro], counters[UsageField.CostPico], counters[UsageField.UnpricedRequests]));
            Assert.Equal(0.003000003m, UsageReport.CostOf(field => counters[field]));
        }
    }

    [Fact]
    public void Every_try_that_used_tokens_costs_and_one_without_a_price_is_counted_as_such()
    {
        TokenUsage tokens = new(10, 0, 0, 5, 0);
        AttemptRecord cut = new("a", "m", 200, "cut", TimeSpan.FromSeconds(1)) { Tokens = tokens, Cost = 0.25m };
        AttemptRecord refused = new("c", "m3", 429, "rate_limited", TimeSpan.FromSeconds(1));
        AttemptRecord answer = new("b", "m2", 200, null, TimeSpan.FromSeconds(1)) { Tokens = tokens, Cost = 0.5m };
        var record = Samples.Rescued() with { Attempts = [cut, refused, answer] };
        Assert.Equal(0.75m, record.Cost);
        _recorder.Record(record);
        Assert.Equal((750_000, 0), (_recorder.Total[UsageField.CostMicro], _recorder.Total[UsageField.UnpricedRequests]));
        Assert.Equal(250_000, _recorder.Targets[("a", "m")].Counters[UsageField.CostMicro]);
        Assert.Equal(500_000, _recorder.Providers["b"][UsageField.CostMicro]);
        Assert.Equal((0, 0), (_recorder.Models["m3"][UsageField.CostMicro], _recorder.Models["m3"][UsageField.UnpricedRequests]));

        // The sum of a request with a try of unknown price is unknown; what is known of it still counts.
        record = record with { Attempts = [cut, answer with { Cost = null }] };
        Assert.Null(record.Cost);
        _recorder.Record(record);
        Assert.Equal((1_000_000, 1), (_recorder.Total[UsageField.CostMicro], _recorder.Total[UsageField.UnpricedRequests]));
        Assert.Equal(1, _recorder.Targets[("b", "m2")].Counters[UsageField.UnpricedRequests]);

        // An answer whose provider reports no tokens cost something too; a failure without tokens did not.
        Assert.True((answer with { Tokens = default, Cost = null }).IsUnpriced);
        Assert.False(refused.IsUnpriced);
        Assert.Null((record with { Attempts = [refused] }).Cost);
    }

    [Fact]
    public void A_series_in_which_nothing_has_a_price_has_no_cost_and_one_that_is_free_costs_nothing()
    {
        _recorder.Record(Samples.Answer());
        Assert.Null(UsageReport.CostOf(field => _recorder.Total[field]));
        Assert.Equal(0m, UsageReport.CostOf(_ => 0));
    }

    // Money has tests of its own.
    private static long[] Values(UsageCounters counters) => [.. Enum.GetValues<UsageField>().Where(f => f <= UsageField.DurationMs).Select(f => counters[f])];
}
