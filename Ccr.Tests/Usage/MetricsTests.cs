using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Ccr.ProxyService.Keys;
using Ccr.ProxyService.Telemetry;
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

    [Theory]
    [InlineData(null, false)]
    [InlineData("*/*", false)]
    [InlineData("text/plain;version=0.0.4", false)]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true)]
    [InlineData("application/openmetrics-text;version=0.0.1,text/plain;version=0.0.4;q=0.5", false)]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.3,text/plain;version=0.0.4;q=0.5", false)]
    [InlineData("application/openmetrics-text;q=0,*/*", false)]
    [InlineData("application/openmetrics-text;version=\"1.0.0\";escaping=allow-utf-8,text/plain;q=0.5", true)]
    [InlineData("no media type at all;;;", false)]
    public async Task The_accept_header_chooses_the_form(string? accept, bool isOpen)
    {
        await using var host = await UsageHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using var answer = await host.Client.SendAsync(request);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.Equal(isOpen ? "application/openmetrics-text; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(isOpen, body.EndsWith("\n# EOF\n", StringComparison.Ordinal));
        Assert.Contains(isOpen ? "# TYPE ccr_client_requests counter\nccr_client_requests_total 0\n" : "# TYPE ccr_client_requests_total counter\nccr_client_requests_total 0\n", body, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenMetrics_has_a_family_for_each_metric_with_its_unit_and_no_name_twice()
    {
        _recorder.Record(Samples.Rescued());
        var page = Page(isOpen: true);
        var families = OpenTypeLine().Matches(page).Select(m => (Name: m.Groups[1].Value, Type: m.Groups[2].Value)).ToList();
        Assert.Equal(Metrics.All.Select(m => (m.OpenName, m.OpenType)), families);
        Assert.Equal(families.Count, families.Select(f => f.Name).Distinct().Count());
        Assert.All(families.Where(f => f.Type == "counter"), f => Assert.DoesNotContain("_total", f.Name, StringComparison.Ordinal));
        Assert.Contains(("ccr_pre_request_tokens_total", "unknown"), families);
        Assert.Contains("# UNIT process_cpu_seconds seconds\nprocess_cpu_seconds_total ", page, StringComparison.Ordinal);
        Assert.Contains("# UNIT process_resident_memory_bytes bytes\n", page, StringComparison.Ordinal);
        Assert.DoesNotContain("# UNIT ccr_output_tokens_per_second", page, StringComparison.Ordinal);
        Assert.Contains("ccr_request_duration_seconds_bucket{tier=\"b,m2\",le=\"2.0\"} 1\n", page, StringComparison.Ordinal);
        Assert.EndsWith("# EOF\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_metric_of_the_rust_router_is_there_with_its_labels()
    {
        string[] theirs =
        [
            "ccr_requests_total tier", "ccr_frontend_requests_total frontend", "ccr_failures_total tier,reason", "ccr_input_tokens_total tier", "ccr_output_tokens_total tier",
            "ccr_cache_read_tokens_total tier", "ccr_cache_creation_tokens_total tier", "ccr_cost_usd_total tier", "ccr_pre_request_tokens_total tier,component",
            "ccr_rate_limit_hits_total tier", "ccr_rate_limit_backoffs_total tier", "ccr_token_drift_alerts_total tier,severity", "ccr_stream_backpressure_total ",
            "ccr_rejected_streams_total ", "ccr_active_streams ", "ccr_active_requests ", "ccr_peak_active_streams ", "ccr_tier_ewma_latency_seconds tier",
            "ccr_token_drift_absolute tier", "ccr_token_drift_pct tier", "ccr_request_duration_seconds tier", "ccr_frontend_request_duration_seconds frontend",
            "ccr_pre_request_tokens tier", "ccr_ttft_seconds tier", "ccr_output_tokens_per_second tier",
        ];
        Assert.Empty(theirs.Except(Metrics.All.Select(m => $"{m.Name} {string.Join(",", m.Labels)}")));
        Assert.Equal([0.1, 0.5, 1, 2, 5, 10, 30, 60], Buckets.Duration);
        Assert.Equal([0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30], Buckets.FirstContent);
        Assert.Equal([1, 5, 10, 20, 40, 60, 80, 100, 150, 200], Buckets.TokensPerSecond);
        Assert.Equal([100, 500, 1000, 2000, 5000, 10000, 25000, 50000, 100000, 200000], Buckets.PreRequestTokens);
        var documented = File.ReadAllText(Path.Combine(Part.Repository, "docs", "metrics.md")).Split("## Names of ccr-rust")[1].Split("\n## ")[0];
        Assert.All(theirs, name => Assert.Contains($"`{name.Split(' ')[0]}`", documented, StringComparison.Ordinal));
    }

    [Fact]
    public void The_conventions_for_generative_ai_see_calls_and_requests()
    {
        _recorder.Record(Samples.Rescued() with
        {
            Attempts =
            [
                new("a", "m", 500, "server", TimeSpan.FromMilliseconds(10)) { GenAi = new("chat", "anthropic", "m") },
                new("b", "m2", 200, null, TimeSpan.FromMilliseconds(1988)) { Tokens = new(100, 60, 30, 41, 8), GenAi = new("generate_content", "gcp.gemini", "m2") },
            ],
            Tokens = new(100, 60, 30, 41, 8),
        });
        var lines = Page().Split('\n');
        const string served = "gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"gcp.gemini\",gen_ai_request_model=\"m\",gen_ai_response_model=\"m2\"";
        const string called = "gen_ai_operation_name=\"generate_content\",gen_ai_provider_name=\"gcp.gemini\",gen_ai_request_model=\"m2\",gen_ai_response_model=\"m2\"";
        string[] expected =
        [
            $"gen_ai_client_token_usage_sum{{{called},gen_ai_token_type=\"input\"}} 100",
            $"gen_ai_client_token_usage_sum{{{called},gen_ai_token_type=\"output\"}} 41",
            $"gen_ai_client_token_usage_bucket{{{called},gen_ai_token_type=\"output\",le=\"16\"}} 0",
            $"gen_ai_client_token_usage_bucket{{{called},gen_ai_token_type=\"output\",le=\"64\"}} 1",
            $"gen_ai_client_operation_duration_seconds_sum{{{called}}} 1.988",
            "gen_ai_client_operation_duration_seconds_sum{gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"anthropic\",gen_ai_request_model=\"m\",error_type=\"server\"} 0.01",
            $"gen_ai_server_request_duration_seconds_sum{{{served}}} 2",
            $"gen_ai_server_time_to_first_token_seconds_sum{{{served}}} 0.4",
            $"gen_ai_server_time_per_output_token_seconds_sum{{{served}}} 0.04",
        ];
        Assert.All(expected, line => Assert.Contains(line, lines));
    }

    [Fact]
    public void A_flood_of_names_neither_fills_the_page_nor_shows_what_users_wrote()
    {
        const string secret = "sk-live-0123456789";
        for (var i = 0; i < 10_000; i++)
        {
            var target = new GenAiTarget("chat", $"provider-{i}", $"model-{i}", IsUnlisted: i % 2 == 0);
            _recorder.Record(Samples.Rescued($"req-{secret}-{i}") with
            {
                ClientDialect = $"dialect-{i}",
                ClientApplication = $"agent-{i}",
                Scenario = $"scenario-{i}",
                Session = $"session-{secret}-{i}",
                Agent = $"agent-{secret}",
                Key = $"key-{secret}",
                RequestedModel = $"asked-{secret}-{i}",
                RouteReason = $"because of {secret}",
                Failure = i % 3 == 0 ? $"failure-{i}" : null,
                Attempts =
                [
                    new($"p{i % 250}", $"m{i}", 500, $"word-{i}", TimeSpan.FromMilliseconds(10)) { GenAi = target, Repair = secret },
                    new($"p{i % 250}", IsFree(i) ? $"free-{secret}-{i}" : $"m{i}", 200, null, TimeSpan.FromSeconds(1)) { Tokens = new(1, 0, 0, 9, 0), GenAi = target with { IsUnlisted = IsFree(i), Model = IsFree(i) ? "other" : $"m{i}" } },
                ],
            });
        }

        var page = Page();
        var series = page.Split('\n').Where(l => l.Length > 0 && l[0] != '#').ToList();
        Assert.InRange(series.Count, 10_000, 60_000);
        Assert.Equal(series.Count, series.Select(l => l[..l.LastIndexOf(' ')]).Distinct().Count());
        Assert.DoesNotContain(secret, page, StringComparison.Ordinal);
        Assert.DoesNotContain("asked-", page, StringComparison.Ordinal);
        Assert.Contains("ccr_requests_total{tier=\"p7,other\"} ", page, StringComparison.Ordinal);
        Assert.Contains("gen_ai_response_model=\"other\"", page, StringComparison.Ordinal);

        static bool IsFree(int i) => i % 5 == 2;
    }

    [Fact]
    public void A_model_called_other_shares_the_series_of_those_that_only_clients_named()
    {
        var free = new GenAiTarget("chat", "a", "other", IsUnlisted: true);
        _recorder.Record(Samples.Answer("a", "other"));
        _recorder.Record(Samples.Answer("a", "x") with { Attempts = [new("a", "x", 200, null, TimeSpan.FromSeconds(1)) { Tokens = new(7, 0, 0, 3, 0), GenAi = free }] });
        _recorder.Record(Samples.Answer("a", "y") with { Attempts = [new("a", "y", 500, "server", TimeSpan.FromSeconds(1)) { GenAi = free }], Failure = "server" });
        var lines = Page().Split('\n').Where(l => l.StartsWith("ccr_", StringComparison.Ordinal) && l.Contains("tier=\"a,", StringComparison.Ordinal)).ToList();
        Assert.Contains("ccr_requests_total{tier=\"a,other\"} 2", lines);
        Assert.Contains("ccr_failures_total{tier=\"a,other\",reason=\"server\"} 1", lines);
        Assert.Contains("ccr_input_tokens_total{tier=\"a,other\"} 14", lines);
        Assert.Contains("ccr_request_duration_seconds_count{tier=\"a,other\"} 2", lines);
        Assert.Contains("ccr_request_duration_seconds_sum{tier=\"a,other\"} 1.1", lines);
        Assert.DoesNotContain(lines, l => l.Contains("a,x", StringComparison.Ordinal) || l.Contains("a,y", StringComparison.Ordinal));
    }

    [NeedsFact("promtool")]
    public async Task Prometheus_own_checker_finds_nothing()
    {
        Fill();
        Assert.Equal((0, ""), await Promtool.RunAsync(["check", "metrics"], Page()));
    }

    [NeedsFact("promtool")]
    public async Task Prometheus_own_reader_takes_the_OpenMetrics_page()
    {
        Fill();

        // The only verb that reads this form wants a time behind every sample; the metrics' own is that of the scrape.
        var lines = Page(isOpen: true).Split('\n').Select(l => l.Length == 0 || l[0] == '#' ? l : $"{l} 1773501566");
        var folder = Directory.CreateTempSubdirectory("ccr-openmetrics-");
        try
        {
            var file = Path.Combine(folder.FullName, "page");
            await File.WriteAllTextAsync(file, string.Join('\n', lines));
            var (code, said) = await Promtool.RunAsync(["tsdb", "create-blocks-from", "openmetrics", file, Path.Combine(folder.FullName, "blocks")], "");
            Assert.True(code == 0, said);
            Assert.DoesNotContain("rror", said, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private void Fill()
    {
        _recorder.Record(Samples.Rescued());
        _recorder.Record(Samples.Unrouted());
        _recorder.Record(Samples.Answer("quote\" back\\slash", "line\nbreak"));
    }

    [GeneratedRegex(@"^\| `(\w+)` \| (counter|gauge|histogram) \| ([^|]*?) \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"^# TYPE (\w+) (\w+)$", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^# TYPE (\w+) (counter|gauge|histogram|unknown)$", RegexOptions.Multiline)]
    private static partial Regex OpenTypeLine();

    private string Page(bool redis = true, bool isOpen = false)
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
        new MetricsPage(_recorder, new FakeTargetStates(), new InstanceIdentity("i", Samples.Start), new RedisState(_recorder, redis), new TokenMetrics(drift, totals), new KeyCounters()).Write(output, isOpen);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
