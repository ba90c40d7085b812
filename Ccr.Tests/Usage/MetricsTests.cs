using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Ccr.ProxyService.Keys;
using Ccr.ProxyService.Tokens;
using Ccr.ProxyService.Usage;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Usage;

public sealed partial class MetricsTests
{
    private readonly UsageRecorder _recorder = new();

    [Fact]
    public async Task The_page_has_the_exact_content_type()
    {
        await using var host = await UsageHost.StartAsync();
        using var answer = await host.Client.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Contains("ccr_build_info{version=\"0.1.0\"} 1\n", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_shows_what_was_counted()
    {
        _recorder.Record(Samples.Rescued());
        _recorder.Record(Samples.Unrouted());
        _recorder.Record(Samples.Left());
        var lines = Page().Split('\n');

        string[] expected =
        [
            "ccr_requests_total{tier=\"b,m2\"} 1",
            "ccr_requests_total{tier=\"a,m\"} 0",
            "ccr_failures_total{tier=\"a,m\",reason=\"server\"} 1",
            "ccr_failures_total{tier=\"none\",reason=\"no_target\"} 1",
            "ccr_input_tokens_total{tier=\"b,m2\"} 100",
            "ccr_cache_creation_tokens_total{tier=\"b,m2\"} 30",
            "ccr_reasoning_tokens_total{tier=\"b,m2\"} 8",
            "ccr_cost_usd_total{tier=\"b,m2\"} 0",
            "ccr_unpriced_requests_total{tier=\"b,m2\"} 1",
            "ccr_unpriced_requests_total{tier=\"a,m\"} 1",
            "ccr_request_duration_seconds_bucket{tier=\"b,m2\",le=\"1\"} 0",
            "ccr_request_duration_seconds_bucket{tier=\"b,m2\",le=\"2\"} 1",
            "ccr_request_duration_seconds_bucket{tier=\"b,m2\",le=\"+Inf\"} 1",
            "ccr_request_duration_seconds_sum{tier=\"b,m2\"} 1.988",
            "ccr_request_duration_seconds_count{tier=\"b,m2\"} 1",
            "ccr_ttft_seconds_bucket{tier=\"b,m2\",le=\"0.25\"} 0",
            "ccr_ttft_seconds_bucket{tier=\"b,m2\",le=\"0.5\"} 1",
            "ccr_output_tokens_per_second_sum{tier=\"b,m2\"} 25",
            "ccr_tier_ewma_latency_seconds{tier=\"b,m2\"} 0.4",
            "ccr_client_requests_total 3",
            "ccr_client_failures_total 1",
            "ccr_client_disconnects_total 1",
            "ccr_frontend_requests_total{frontend=\"claude-code\"} 1",
            "ccr_frontend_requests_total{frontend=\"opencode\"} 2",
            "ccr_scenario_requests_total{scenario=\"default\"} 2",
            "ccr_routing_token_counts_total{source=\"service\"} 1",
            "ccr_proxy_overhead_seconds_bucket{le=\"0.001\"} 2",
            "ccr_proxy_overhead_seconds_bucket{le=\"0.0025\"} 3",
            "ccr_proxy_overhead_seconds_sum 0.004",
            "ccr_proxy_overhead_seconds_count 3",
            "ccr_active_requests 0",
            "ccr_active_streams 0",
            "ccr_token_drift_pct{tier=\"b,m2\"} -16.7",
            "ccr_token_drift_absolute{tier=\"b,m2\"} -2000",
            "ccr_token_drift_alerts_total{tier=\"b,m2\",severity=\"warning\"} 10",
            "ccr_token_drift_alerts_total{tier=\"b,m2\",severity=\"critical\"} 0",
            "ccr_token_calibration{tier=\"b,m2\"} 1.2",
            "ccr_pre_request_tokens_total{tier=\"b,m2\",component=\"messages\"} 3",
            "ccr_pre_request_tokens_total{tier=\"b,m2\",component=\"system\"} 1",
            "ccr_pre_request_tokens_total{tier=\"b,m2\",component=\"tools\"} 2",
            "ccr_count_tokens_total{source=\"local\"} 1",
            "ccr_token_samples_skipped_total 0",
            "ccr_redis_up 0",
            "ccr_redis_buffered 3",
        ];
        Assert.All(expected, line => Assert.Contains(line, lines));
    }

    [Fact]
    public void Names_from_the_outside_cannot_break_out_of_their_label()
    {
        _recorder.Record(Samples.Answer("quote\" back\\slash", "line\nbreak \ud800 half"));
        Assert.Contains("ccr_requests_total{tier=\"quote\\\" back\\\\slash,line\\nbreak \ufffd half\"} 1\n", Page(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_on_the_bound_is_in_the_bucket_and_the_count_equals_the_last_bucket()
    {
        var histogram = new Histogram([0.5, 1]);
        foreach (var value in new[] { -1, 0.5, 0.50001, 1, 7 })
        {
            histogram.Observe(value);
        }

        Assert.Equal([2, 2, 1], Enumerable.Range(0, 3).Select(histogram.InBucket));
        Assert.Equal(9.00001, histogram.Sum, 6);
    }

    [Fact]
    public void Without_redis_nothing_is_said_of_redis()
    {
        Assert.DoesNotContain("redis", Page(redis: false), StringComparison.Ordinal);
    }

    [Fact]
    public void The_documentation_lists_every_metric_with_its_type_and_labels()
    {
        var documented = TableRow().Matches(File.ReadAllText(Path.Combine(Part.Repository, "docs", "metrics.md")))
            .Select(m => $"{m.Groups[1].Value} {m.Groups[2].Value} {m.Groups[3].Value.Replace("`", "", StringComparison.Ordinal)}".TrimEnd());
        Assert.Equal(Metrics.All.Select(m => $"{m.Name} {m.Type} {string.Join(", ", m.Labels)}".TrimEnd()).Order(), documented.Order());
    }

    [Fact]
    public void The_page_shows_every_metric_there_is_and_no_other()
    {
        _recorder.Record(Samples.Rescued());
        var shown = TypeLine().Matches(Page()).Select(m => $"{m.Groups[1].Value} {m.Groups[2].Value}").ToList();
        Assert.Equal(Metrics.All.Select(m => $"{m.Name} {m.Type}"), shown);
    }

    [NeedsFact("promtool")]
    public async Task Prometheus_own_checker_finds_nothing()
    {
        _recorder.Record(Samples.Rescued());
        _recorder.Record(Samples.Unrouted());
        _recorder.Record(Samples.Answer("quote\" back\\slash", "line\nbreak"));
        var start = new ProcessStartInfo(Part.Program("promtool")!, ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var promtool = Process.Start(start)!;
        await promtool.StandardInput.WriteAsync(Page());
        promtool.StandardInput.Close();
        var complaints = await promtool.StandardError.ReadToEndAsync() + await promtool.StandardOutput.ReadToEndAsync();
        await promtool.WaitForExitAsync();
        Assert.Equal("", complaints);
        Assert.Equal(0, promtool.ExitCode);
    }

    [GeneratedRegex(@"^\| `(\w+)` \| (counter|gauge|histogram) \| ([^|]*?) \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"^# TYPE (\w+) (\w+)$", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    private string Page(bool redis = true)
    {
        var output = new ArrayBufferWriter<byte>();
        var drift = new TokenDrift();
        drift.Count("b,m2", new(1, 2, 3));
        for (var i = 0; i < 10; i++)
        {
            drift.Observe("b,m2", 1000, 1200);
        }

        var totals = new TokenTotals();
        totals.Answered("local");
        new MetricsPage(_recorder, new FakeTargetStates(), new InstanceIdentity("i", Samples.Start), new RedisState(_recorder, redis), new TokenMetrics(drift, totals), new KeyCounters()).Write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
