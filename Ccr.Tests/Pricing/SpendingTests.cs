using System.Globalization;
using System.Text.Json.Nodes;
using Ccr.ProxyService.Usage;
using Ccr.ServiceDefaults;
using Ccr.Tests.Parts;
using Ccr.Tests.Proxy;
using Ccr.Tests.Usage;

namespace Ccr.Tests.Pricing;

/// <summary>Prices in the configuration, tokens from a provider, dollars everywhere that shows them.</summary>
public sealed class SpendingTests
{
    private const string Answer = """
        {"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","stop_sequence":null,
         "usage":{"input_tokens":101,"cache_read_input_tokens":300,"cache_creation_input_tokens":600,
                  "cache_creation":{"ephemeral_5m_input_tokens":350,"ephemeral_1h_input_tokens":250},"output_tokens":7,"server_tool_use":{"web_search_requests":2}}}
        """;

    private const string Question = """{"model":"MODEL","max_tokens":10,"messages":[{"role":"user","content":"hi"}]}""";

    [Fact]
    public async Task A_request_costs_what_the_configuration_says_and_every_page_shows_it()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var proxy = await RunningProxy.StartAsync($$"""
            { "LOG": false, "Providers": [
                { "name": "p", "api_base_url": "{{upstream.BaseAddress}}v1/messages", "models": ["m", "free", "odd"],
                  "pricing": { "input_per_million_tokens": 0 , "output_per_million_tokens": 0, "web_searches_per_thousand": 0 },
                  "model_pricing": {
                    "m": { "input_per_million_tokens": 1, "cache_read_per_million_tokens": 0.1, "cache_write_per_million_tokens": 1.25, "cache_write_1h_per_million_tokens": 2,
                           "output_per_million_tokens": 5, "web_searches_per_thousand": 10 },
                    "odd": { "input_per_million_tokens": 1 } } } ],
              "Router": { "default": "p,m" } }
            """);
        upstream.Answer(ScriptedReply.Json(Answer));
        foreach (var model in (string[])["p,m", "p,free", "p,odd"])
        {
            var (response, body) = await proxy.AskAsync(Question.Replace("MODEL", model, StringComparison.Ordinal));
            Assert.True(response.IsSuccessStatusCode, body);
        }

        // 101 x 1 + 300 x 0.1 + 350 x 1.25 + 250 x 2 + 7 x 5 = 101 + 30 + 437.5 + 500 + 35 = 1,103.5 millionths, and 2 searches of a cent.
        var requests = (await GetAsync("/api/requests"))["requests"]!.AsArray();
        Assert.Equal([null, "0", "0.0211035"], requests.Select(r => r!["costUsd"]?.ToJsonString()));
        Assert.Equal("0.0211035", requests[2]!["attempts"]![0]!["costUsd"]!.ToJsonString());
        Assert.Equal((1001, 7), ((long)requests[2]!["attempts"]![0]!["inputTokens"]!, (long)requests[2]!["attempts"]![0]!["outputTokens"]!));

        var usage = await GetAsync("/v1/usage");
        Assert.Equal(("0.0211035", 1), (usage["total_cost_usd"]!.ToJsonString(), (int)usage["unpriced_requests"]!));
        var tiers = usage["tiers"]!.AsArray().ToDictionary(t => (string)t!["tier"]!, t => t!["cost_usd"]?.ToJsonString());
        Assert.Equal(("0.0211035", "0", null), (tiers["p,m"], tiers["p,free"], tiers["p,odd"]));

        var status = await GetAsync("/api/status");
        Assert.Equal(("0.0211035", 1), (status["costUsdTotal"]!.ToJsonString(), (int)status["unpricedRequestsTotal"]!));
        var metrics = await proxy.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Contains("\nccr_cost_usd_total{tier=\"p,m\"} 0.0211035\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\nccr_unpriced_requests_total{tier=\"p,odd\"} 1\n", metrics, StringComparison.Ordinal);

        async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await proxy.Client.GetStringAsync(new Uri(path, UriKind.Relative)))!;
    }

    [NeedsFact("redis-server")]
    public async Task Replicas_add_up_to_the_last_decimal_in_redis()
    {
        await using var server = await RedisServer.StartNewAsync();
        await using var one = new Replica(server.ConnectionString, "one");
        await using var two = new Replica(server.ConnectionString, "two");
        var record = Samples.Answer();
        foreach (var (replica, cost) in new[] { (one, "0.0000009999990"), (two, "1234567.000001000002"), (two, "0.5") })
        {
            replica.Recorder.Record(record with { Attempts = [record.Attempts[0] with { Cost = decimal.Parse(cost, CultureInfo.InvariantCulture) }] });
            await replica.FlushAllAsync();
        }

        // 999,999 + 2 x 10^-12 and 1,234,567,500,001 millionths: nothing is carried over.
        foreach (var series in (string[])[RedisKeys.Total, RedisKeys.Tier("a,m"), RedisKeys.Provider("a"), RedisKeys.Model("m")])
        {
            var hash = (await one.Redis.HashGetAllAsync(RedisKeys.Usage(series))).ToDictionary(e => e.Name.ToString(), e => (long)e.Value);
            Assert.Equal((1_234_567_500_001, 1_000_001, 3), (hash["cost_micro"], hash["cost_pico"], hash["requests"]));
            Assert.Equal(1_234_567.500002000001m, UsageReport.CostOf(field => hash.GetValueOrDefault(UsageCounters.Names[(int)field])));
        }
    }
}
