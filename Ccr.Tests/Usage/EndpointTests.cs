using System.Net;
using System.Text.Json.Nodes;
using Ccr.ProxyService.Tokens;
using Ccr.ProxyService.Usage;
using Microsoft.Extensions.DependencyInjection;

namespace Ccr.Tests.Usage;

public sealed class EndpointTests
{
    private const string RescuedJson = """
        {"id":"req_1","startedAt":"2026-03-14T15:09:26.535Z","durationMs":2000,"ttftMs":400,"overheadMs":2,"clientDialect":"anthropic",
         "clientApplication":"claude-code","session":"s-1","agent":"main","key":null,"requestedModel":"claude-sonnet-4-5","scenario":"think","routeReason":"thinking is on",
         "routingTokens":1234,"routingTokensSource":"service",
         "attempts":[{"provider":"a","model":"m","status":500,"failure":"server","durationMs":10,"inputTokens":0,"outputTokens":0,"costUsd":null},
                     {"provider":"b","model":"m2","status":200,"failure":null,"durationMs":1988,"inputTokens":100,"outputTokens":40,"costUsd":null}],
         "provider":"b","model":"m2","streaming":true,"status":200,"failure":null,"inputTokens":100,"cacheReadTokens":60,
         "cacheWriteTokens":30,"cacheWrite5mTokens":20,"cacheWrite1hTokens":10,"outputTokens":40,"reasoningTokens":8,"tokensPerSecond":25,"costUsd":null,"stopReason":"end_turn"}
        """;

    [Fact]
    public async Task Usage_has_the_rust_routers_shape()
    {
        await using var host = await UsageHost.StartAsync();
        host.Recorder.Record(Samples.Rescued());
        host.Recorder.Record(Samples.Unrouted());
        host.Recorder.RequestStarted();
        host.Recorder.StreamStarted();

        await AssertJsonAsync(host, "/v1/usage", """
            {"total_requests":2,"total_failures":1,"total_input_tokens":100,"total_output_tokens":40,"total_cost_usd":null,"unpriced_requests":1,
             "active_streams":1,"active_requests":1,
             "tiers":[{"tier":"a,m","requests":0,"failures":1,"input_tokens":0,"output_tokens":0,"cache_read_tokens":0,"cache_creation_tokens":0,
                       "cost_usd":0,"unpriced_requests":0,"avg_duration_seconds":0},
                      {"tier":"b,m2","requests":1,"failures":0,"input_tokens":100,"output_tokens":40,"cache_read_tokens":60,
                       "cache_creation_tokens":30,"cost_usd":null,"unpriced_requests":1,"avg_duration_seconds":1.988}],
             "source":"memory"}
            """);
    }

    [Fact]
    public async Task Latencies_list_the_targets_that_have_answered()
    {
        await using var host = await UsageHost.StartAsync();
        await AssertJsonAsync(host, "/v1/latencies", """[{"tier":"b,m2","ewma_seconds":0.4,"sample_count":1}]""");
    }

    [Fact]
    public async Task Status_tells_what_the_process_is_doing_and_no_secret()
    {
        var clock = new SetClock();
        await using var host = await UsageHost.StartAsync(services: s => s.AddSingleton<TimeProvider>(clock));
        var instance = host.Services.GetRequiredService<InstanceIdentity>().Name;
        clock.Now += TimeSpan.FromSeconds(12.3);
        host.Recorder.Record(Samples.Rescued());
        host.Recorder.RequestStarted();

        await AssertJsonAsync(host, "/api/status", $$"""
            {"version":"0.1.0","demo":true,
             "config":{"source":"built-in demo","problems":[{"path":"Providers[1].api_key","line":12,"message":"B_KEY is not set; set it.","error":false}]},
             "instance":"{{instance}}","startedAt":"2026-03-14T15:09:26.535Z","uptimeSeconds":12.3,"activeRequests":1,"activeStreams":0,
             "requestsTotal":1,"failuresTotal":0,"costUsdTotal":null,"unpricedRequestsTotal":1,"redis":{"state":"none","buffered":0},"tokenizer":{"state":"in-process"},
             "targets":[{"name":"a,m","scenarios":["default","tier-1"],"state":"failing","latencySeconds":null,"lastFailure":"server","requests":0,"failures":1,
                         "breaker":"open","openUntil":"2026-03-14T15:09:26.535Z","keys":1,"coolingKeys":0,"active":0,"queued":0,"samples":0,
                         "rateLimitHits":2,"rateLimitBackoffs":1,"refusals":{"open":3} },
                        {"name":"b,m2","scenarios":["think"],"state":"ok","latencySeconds":0.4,"lastFailure":null,"requests":1,"failures":0,
                         "breaker":"closed","openUntil":null,"keys":2,"coolingKeys":1,"active":1,"queued":4,"samples":1,
                         "rateLimitHits":0,"rateLimitBackoffs":0,"refusals":{} }],
             "providers":[{"name":"a","protocol":"anthropic","enabled":true,"reason":null,"models":["m"]},
                          {"name":"b","protocol":"openai-chat","enabled":false,"reason":"B_KEY is not set","models":["m2"]}]}
            """);
    }

    [Fact]
    public async Task Status_asks_the_tokenizer_for_its_state()
    {
        await using var host = await UsageHost.StartAsync(services: s => s.AddSingleton<ITokenizerState, Unreachable>());
        var status = JsonNode.Parse(await host.Client.GetStringAsync(new Uri("/api/status", UriKind.Relative)));
        Assert.Equal("unreachable", (string?)status!["tokenizer"]!["state"]);
    }

    [Fact]
    public async Task Requests_come_newest_first_as_many_as_asked()
    {
        await using var host = await UsageHost.StartAsync();
        host.Recorder.Record(Samples.Unrouted());
        host.Recorder.Record(Samples.Rescued("req_0"));
        host.Recorder.Record(Samples.Rescued());

        await AssertJsonAsync(host, "/api/requests?limit=1", $$"""{"requests":[{{RescuedJson}}],"next":"memory-{{Place(host)}}-3","source":"memory"}""");
        var all = JsonNode.Parse(await host.Client.GetStringAsync(new Uri("/api/requests", UriKind.Relative)))!["requests"]!.AsArray();
        Assert.Equal(["req_1", "req_0", "req_2"], all.Select(r => (string?)r!["id"]));
        Assert.Null(all[2]!["provider"]);
        Assert.Null(all[2]!["routingTokensSource"]);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1001")]
    [InlineData("-1")]
    [InlineData("ten")]
    public async Task A_senseless_limit_is_told_so(string limit)
    {
        await using var host = await UsageHost.StartAsync();
        using var answer = await host.Client.GetAsync(new Uri("/api/requests?limit=" + limit, UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.Contains("limit must be a whole number from 1 to 1000.", body, StringComparison.Ordinal);
        Assert.Contains($"It is \\u0022{limit}\\u0022.", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Throughput_tells_how_fast_the_last_streams_of_a_target_came()
    {
        await using var host = await UsageHost.StartAsync();
        foreach (var (milliseconds, output) in new[] { (100, 20), (200, 40), (300, 60), (1000, 80) })
        {
            // One second after the first content, so that tokens are tokens per second.
            host.Recorder.Record(Samples.Rescued() with
            {
                TimeToFirstContent = TimeSpan.FromMilliseconds(milliseconds),
                Duration = TimeSpan.FromMilliseconds(milliseconds + 1000),
                Attempts = [new("b", "m2", 200, null, TimeSpan.FromSeconds(1)) { Tokens = new(100, 0, 0, output, 0) }],
            });
        }

        host.Recorder.Record(Samples.Answer());
        var tier = Assert.Single(JsonNode.Parse(await host.Client.GetStringAsync(new Uri("/v1/throughput", UriKind.Relative)))!.AsArray())!;
        Assert.Equal("b,m2", (string?)tier["tier"]);
        Assert.Equal(4, (int)tier["samples"]!);
        Assert.Equal([0.4, 0.2, 1, 1, 50, 40], new[] { "avg_ttft_seconds", "p50_ttft_seconds", "p90_ttft_seconds", "p99_ttft_seconds", "avg_tokens_per_second", "p50_tokens_per_second" }.Select(n => (double)tier[n]!));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"ttft_seconds":1,"tokens_per_second":80,"output_tokens":80,"generation_seconds":1,"timestamp":"2026-03-14T15:09:28.535Z"}"""), tier["recent"]![3]), tier.ToJsonString());
    }

    [Fact]
    public void Only_the_last_samples_are_kept_and_all_are_counted()
    {
        var ring = new ThroughputRing();
        for (var i = 1; i <= 300; i++)
        {
            ring.Add(new(i, i, 1, Samples.Start));
        }

        var report = ThroughputReport.From("a,m", ring)!;
        Assert.Equal((300, 256), (report.Samples, report.Recent.Count));
        Assert.Equal((45, 300), (report.Recent[0].OutputTokens, report.Recent[^1].OutputTokens));

        // 45 to 300: half of 256 do not exceed the 128th, which is 172.
        Assert.Equal((172.5, 172, 298), (report.AvgTtftSeconds, report.P50TtftSeconds, report.P99TtftSeconds));
    }

    [Fact]
    public async Task Frontends_are_counted_under_their_names()
    {
        await using var host = await UsageHost.StartAsync();
        host.Recorder.Record(Samples.Rescued());
        host.Recorder.Record(Samples.Answer());
        host.Recorder.Record(Samples.Answer() with { Duration = TimeSpan.FromMilliseconds(299) });
        await AssertJsonAsync(host, "/v1/frontend-metrics", """[{"frontend":"claude-code","requests":1,"avg_latency_ms":2000},{"frontend":"opencode","requests":2,"avg_latency_ms":200}]""");
    }

    [Fact]
    public void A_report_that_went_through_redis_reads_back_the_same()
    {
        var json = System.Text.Json.JsonSerializer.Serialize(RequestReport.From(Samples.Rescued()), ApiJson.Default.RequestReport);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(RescuedJson), JsonNode.Parse(json)), json);
    }

    private static string Place(UsageHost host) => host.Services.GetRequiredService<InstanceIdentity>().Name[^8..];

    private static async Task AssertJsonAsync(UsageHost host, string path, string expected)
    {
        using var answer = await host.Client.GetAsync(new Uri(path, UriKind.Relative));
        var json = await answer.Content.ReadAsStringAsync();
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(json)), json);
    }

    private sealed class Unreachable : ITokenizerState
    {
        public string State => "unreachable";
    }
}
