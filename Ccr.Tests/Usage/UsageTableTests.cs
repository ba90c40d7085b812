using System.Globalization;
using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.Tests.Dashboard;
using Ccr.Tests.Modes;
using Ccr.Tests.Proxy;

namespace Ccr.Tests.Usage;

/// <summary>
/// That the numbers are right: answers as providers give them, through the running proxy to a client of every dialect, against counts and costs worked out by hand
/// (<see cref="BookedAnswer"/>), in the account of the request, in /v1/usage, and to the last decimal.
/// </summary>
public sealed class UsageTableTests : IAsyncLifetime
{
    private const string Prices = """
        "pricing": { "input_per_million_tokens": 1, "cache_read_per_million_tokens": 0.1, "cache_write_per_million_tokens": 1.25, "cache_write_1h_per_million_tokens": 2,
                     "output_per_million_tokens": 5, "reasoning_per_million_tokens": 7 }
        """;

    private ScriptedUpstream _upstream = null!;
    private ScriptedUpstream _second = null!;

    public async Task InitializeAsync()
    {
        _upstream = await ScriptedUpstream.StartAsync();
        _second = await ScriptedUpstream.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _upstream.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_answer_is_in_the_books_as_the_provider_told_it_whoever_asked(bool rescue)
    {
        // Without a rescue in mind a pass-through is watched by another tap.
        await using var proxy = await StartAsync($$""" "Rescue": { "enabled": {{(rescue ? "true" : "false")}} }, """);
        foreach (var row in BookedAnswer.All)
        {
            foreach (var client in Wire.All)
            {
                _upstream.Answer(row.Stream ? ScriptedReply.Events(row.Answer) : ScriptedReply.Json(row.Answer[0]));
                var record = await AskAsync(proxy, client, $"{Wire.Provider(row.Provider)},{row.Name}", row.Stream);
                var where = $"{row.Name} for {client}: {record.ToJsonString()}";
                Assert.True(row.Tokens == Tokens(record), where);
                Assert.True(row.Cost == record["costUsd"]?.ToJsonString(), where);
                Assert.True(row.Cost == record["attempts"]!.AsArray().Single()!["costUsd"]?.ToJsonString(), where);
                Assert.True(row.Tokens.FiveMinutes + row.Tokens.Hour == (long)record["cacheWriteTokens"]!, where);
            }
        }

        var usage = await GetAsync(proxy, "/v1/usage");
        var tiers = usage["tiers"]!.AsArray().ToDictionary(t => (string)t!["tier"]!, t => t!);
        foreach (var row in BookedAnswer.All)
        {
            var tier = tiers[$"{Wire.Provider(row.Provider)},{row.Name}"];
            var (input, read, minutes, hour, output, _) = row.Tokens;
            Assert.Equal((4, 0, 4 * input, 4 * output, 4 * read, 4 * (minutes + hour)), Counts(tier));
            Assert.Equal(row.Cost is null ? null : 4 * Dollars(row.Cost), Cost(tier["cost_usd"]));
            Assert.Equal(row.Cost is null ? 4 : 0, (long)tier["unpriced_requests"]!);
        }

        Assert.Equal(4 * BookedAnswer.All.Length, (long)usage["total_requests"]!);
        Assert.Equal((4 * BookedAnswer.All.Sum(r => r.Tokens.Input), 4 * BookedAnswer.All.Sum(r => r.Tokens.Output)), ((long)usage["total_input_tokens"]!, (long)usage["total_output_tokens"]!));

        // 1417.5 + 1417.5 + 121 + 175.5 + 590 + 930 + 930 + 940 + 420 + 1570 + 930 + 930 + 32 + 930 + 930 = 12263.5 millionths, four times.
        Assert.Equal(("0.049054", 4L), (usage["total_cost_usd"]!.ToJsonString(), (long)usage["unpriced_requests"]!));
    }

    [Theory]
    [InlineData(199_999, 0, "0.613497")]
    [InlineData(200_000, 0, "0.6135")]
    [InlineData(200_001, 0, "1.220256")]
    [InlineData(1, 200_000, "0.140256")]
    public async Task Above_a_step_the_higher_price_holds_for_the_whole_request(long uncached, long read, string cost)
    {
        // The list price of claude-sonnet-4-5 at Anthropic: 3, read 0.3, output 15; with more than 200,000 tokens of input, cached ones included, 6, 0.6 and 22.5.
        //   199,999 x 3 = 599,997, and 900 x 15 = 13,500: 613,497 millionths.    200,000 x 3 + 13,500 = 613,500.
        //   200,001 x 6 = 1,200,006, and 900 x 22.5 = 20,250: 1,220,256.         1 x 6 + 200,000 x 0.6 + 20,250 = 6 + 120,000 + 20,250 = 140,256.
        _upstream.Answer(ScriptedReply.Events(BookedAnswer.Frames(Dialect.Anthropic, $$"""{"input_tokens":{{uncached}},"cache_read_input_tokens":{{read}},"output_tokens":1}""", """{"output_tokens":900}""")));
        await using var proxy = await RunningProxy.StartAsync($$"""
            { "LOG": false, "PROXY_URL": "{{_upstream.BaseAddress}}", "Providers": [ { "name": "a", "protocol": "anthropic", "api_base_url": "http://api.anthropic.com/v1/messages", "api_key": "k", "models": ["claude-sonnet-4-5"] } ],
              "Router": { "default": "a,claude-sonnet-4-5" } }
            """);
        var record = await AskAsync(proxy, Dialect.Anthropic, "a,claude-sonnet-4-5", stream: true);
        Assert.Equal(cost, record["costUsd"]?.ToJsonString());
        Assert.Equal(cost, (await GetAsync(proxy, "/v1/usage"))["total_cost_usd"]!.ToJsonString());
    }

    public static TheoryData<Dialect> Clients => [.. Wire.All];

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_stream_that_was_cut_costs_what_had_been_told_until_then(Dialect client)
    {
        // 40 + 60 x 0.1 + 2 x 5 = 56 millionths; that 2 is all that the provider had told of its output, whatever it wrote.
        await using var proxy = await StartAsync(""" "Rescue": { "enabled": false }, """);
        var record = await BreakAsync(proxy, client, Dialect.Anthropic, """{"input_tokens":40,"cache_read_input_tokens":60,"output_tokens":2}""");
        Assert.Equal((100, 60, 0, 0, 2, 0), Tokens(record));
        Assert.Equal(("transport", "0.000056"), ((string?)record["failure"], record["costUsd"]?.ToJsonString()));
        var usage = await GetAsync(proxy, "/v1/usage");
        Assert.Equal((0, 1, 100, 2, 60, 0), Counts(usage["tiers"]![0]!));
        Assert.Equal((1, 1, "0.000056", 0), ((long)usage["total_requests"]!, (long)usage["total_failures"]!, usage["total_cost_usd"]!.ToJsonString(), (long)usage["unpriced_requests"]!));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task What_a_cut_stream_without_a_count_cost_is_unknown_and_not_nothing(Dialect client)
    {
        await using var proxy = await StartAsync(""" "Rescue": { "enabled": false }, """);
        var record = await BreakAsync(proxy, client, Dialect.OpenAIChat, "");
        Assert.Equal(default, Tokens(record));
        Assert.Null(record["costUsd"]);
        var usage = await GetAsync(proxy, "/v1/usage");
        Assert.Equal((0, 1, 0, 0, 0, 0), Counts(usage["tiers"]![0]!));
        Assert.Equal((null, 1L, null, 1L), (usage["total_cost_usd"]?.ToJsonString(), (long)usage["unpriced_requests"]!, usage["tiers"]![0]!["cost_usd"]?.ToJsonString(), (long)usage["tiers"]![0]!["unpriced_requests"]!));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_rescued_stream_costs_what_both_targets_told_and_each_is_counted_once(Dialect client)
    {
        // The first: 40 + 60 x 0.1 + 2 x 5 = 56. The second reads the question and the beginning again: 130 + 4 x 5 = 150. Together 206.
        await using var proxy = await StartAsync(""" "fallback": { "default": ["pc,second"] }, """);
        _second.Answer(ScriptedReply.Events(BookedAnswer.Frames(Dialect.OpenAIChat, "", """{"prompt_tokens":130,"completion_tokens":4,"total_tokens":134}""")));
        var record = await BreakAsync(proxy, client, Dialect.Anthropic, """{"input_tokens":40,"cache_read_input_tokens":60,"output_tokens":2}""");
        Assert.Equal((230, 60, 0, 0, 6, 0), Tokens(record));
        Assert.Equal((null, "0.000206"), ((string?)record["failure"], record["costUsd"]?.ToJsonString()));
        Assert.Equal(["0.000056", "0.00015"], record["attempts"]!.AsArray().Select(a => a!["costUsd"]?.ToJsonString()));
        var usage = await GetAsync(proxy, "/v1/usage");
        Assert.Equal((1, 0, 230, 6), ((long)usage["total_requests"]!, (long)usage["total_failures"]!, (long)usage["total_input_tokens"]!, (long)usage["total_output_tokens"]!));
        Assert.Equal("0.000206", usage["total_cost_usd"]!.ToJsonString());
        var tiers = usage["tiers"]!.AsArray();
        Assert.Equal((0, 1, 100, 2, 60, 0), Counts(tiers[0]!));
        Assert.Equal((1, 0, 130, 4, 0, 0), Counts(tiers[1]!));

        // The client's wait for the first content was the first target's doing.
        Assert.DoesNotContain("ps,second", await proxy.Client.GetStringAsync("/v1/throughput"), StringComparison.Ordinal);
        var metrics = await proxy.Client.GetStringAsync("/metrics");
        Assert.Contains("\nccr_ttft_seconds_count{tier=\"pa,m\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("ccr_ttft_seconds_count{tier=\"ps,second\"} 1", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_client_that_leaves_is_charged_what_had_been_told_until_then(Dialect client)
    {
        await using var proxy = await StartAsync(""" "Attach": { "windowMs": 0 }, """);
        var never = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var frames = BookedAnswer.Frames(Dialect.Anthropic, """{"input_tokens":40,"cache_read_input_tokens":60,"output_tokens":2}""", "");
        _upstream.Answer(ScriptedReply.Events([.. frames[..3], ""]) with { BeforeLast = never.Task });
        string id;
        using (var response = await proxy.PostAsync(Wire.Path(client, "pa,m", true), Wire.Body(client, "pa,m", true)))
        {
            id = response.Headers.GetValues("x-ccr-request-id").Single();
            var buffer = new byte[64];
            Assert.NotEqual(0, await (await response.Content.ReadAsStreamAsync()).ReadAsync(buffer));
        }

        var record = await RecordAsync(proxy, id);
        never.SetResult();
        Assert.Equal((499, "0.000056"), ((int)record["status"]!, record["costUsd"]?.ToJsonString()));
        Assert.Equal((100, 60, 0, 0, 2, 0), Tokens(record));
        var usage = await GetAsync(proxy, "/v1/usage");
        Assert.Equal((0, 0, 100, 2, 60, 0), Counts(usage["tiers"]![0]!));
        Assert.Equal(("0.000056", 0), (usage["total_cost_usd"]?.ToJsonString(), (long)usage["unpriced_requests"]!));
    }

    [Fact]
    public async Task The_loser_of_a_race_is_charged_what_it_had_told()
    {
        // The slow one had told 40 + 60 x 0.1 + 2 x 5 = 56 before it was given up; the other one 10 + 5 x 5 = 35.
        await using var proxy = await StartAsync(""" "Hedge": { "delayMs": 50 }, "fallback": { "default": ["pc,second"] }, """);
        var never = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _upstream.Answer(ScriptedReply.Events([BookedAnswer.Frames(Dialect.Anthropic, """{"input_tokens":40,"cache_read_input_tokens":60,"output_tokens":2}""", "")[0], ""]) with { BeforeLast = never.Task });
        _second.Answer(ScriptedReply.Events(Wire.Frames(Dialect.OpenAIChat)));
        var record = await AskAsync(proxy, Dialect.Anthropic, "pa,m", stream: true);
        never.SetResult();
        Assert.Equal([("slower", "0.000056"), (null, "0.000035")], record["attempts"]!.AsArray().Select(a => ((string?)a!["failure"], a["costUsd"]?.ToJsonString())));
        Assert.Equal(((110, 60, 0, 0, 7, 0), "0.000091"), (Tokens(record), record["costUsd"]?.ToJsonString()));
        var usage = await GetAsync(proxy, "/v1/usage");
        Assert.Equal(("0.000091", 110), (usage["total_cost_usd"]!.ToJsonString(), (long)usage["total_input_tokens"]!));
    }

    [Fact]
    public async Task An_attached_request_costs_nothing_of_its_own()
    {
        await using var proxy = await StartAsync(""" "Attach": { "concurrent": true }, """);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _upstream.Answer(ScriptedReply.Events(Wire.Frames(Dialect.Anthropic)) with { BeforeLast = go.Task });
        using var first = await proxy.PostAsync(Wire.Body(Dialect.Anthropic, "pa,m", true));
        using var second = await proxy.PostAsync(Wire.Body(Dialect.Anthropic, "pa,m", true));
        go.SetResult();
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        var page = await Until.ResultAsync(async () => await GetAsync(proxy, "/api/requests") is { } all && all["requests"]!.AsArray().Count == 2 ? all : null);
        var attached = page["requests"]!.AsArray().Single(r => (string?)r!["scenario"] == "attached")!;
        Assert.Equal((default, null), (Tokens(attached), attached["costUsd"]?.ToJsonString()));

        // 10 + 5 x 5 = 35, once.
        var usage = await GetAsync(proxy, "/v1/usage");
        Assert.Equal((2, 10, 5, "0.000035", 0), ((long)usage["total_requests"]!, (long)usage["total_input_tokens"]!, (long)usage["total_output_tokens"]!, usage["total_cost_usd"]!.ToJsonString(), (long)usage["unpriced_requests"]!));
        Assert.Equal((1, 0, 10, 5, 0, 0), Counts(usage["tiers"]!.AsArray().Single()!));
    }

    [Fact]
    public async Task A_copy_is_counted_for_its_target_and_for_no_client()
    {
        // 10 x 1 + 5 x 1 = 15 for the client's own; the copy 10 x 2 + 5 x 2 = 30, in its tier alone.
        await using var bed = await ModeBed.StartAsync("\"default\": \"compare\"");
        bed.Main.Answer(ScriptedReply.Events(Wire.Frames(Dialect.Anthropic)));
        bed.Other.Answer(ScriptedReply.Events(Wire.Frames(Dialect.OpenAIChat)));
        await bed.AskAsync("/v1/messages", Wire.Body(Dialect.Anthropic, "x", true));
        var page = await Until.ResultAsync(async () => await GetAsync(bed.Proxy, "/api/requests") is { } all && all["requests"]!.AsArray().Count == 2 ? all : null);
        Assert.Equal(["0.000015", "0.00003"], page["requests"]!.AsArray().Select(r => r!["costUsd"]!.ToJsonString()).Order());
        var usage = await GetAsync(bed.Proxy, "/v1/usage");
        Assert.Equal((1, 10, 5, "0.000015"), ((long)usage["total_requests"]!, (long)usage["total_input_tokens"]!, (long)usage["total_output_tokens"]!, usage["total_cost_usd"]!.ToJsonString()));
        Assert.Equal([("main,main-model", "0.000015"), ("other,other-model", "0.00003")], usage["tiers"]!.AsArray().Select(t => ((string)t!["tier"]!, t["cost_usd"]!.ToJsonString())));
        Assert.All(usage["tiers"]!.AsArray(), t => Assert.Equal((1, 0, 10, 5, 0, 0), Counts(t!)));
    }

    private static async Task<JsonNode> AskAsync(RunningProxy proxy, Dialect client, string model, bool stream)
    {
        using var response = await proxy.PostAsync(Wire.Path(client, model, stream), Wire.Body(client, model, stream));
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return await RecordAsync(proxy, response.Headers.GetValues("x-ccr-request-id").Single());
    }

    /// <summary>The account of a request, which is written a moment after its last byte.</summary>
    private static Task<JsonNode> RecordAsync(RunningProxy proxy, string id) => Until.ResultAsync(async () =>
    {
        using var answer = await proxy.Client.GetAsync(new Uri("/api/requests/" + id, UriKind.Relative));
        return answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync()) : null;
    });

    private static async Task<JsonNode> GetAsync(RunningProxy proxy, string path) => JsonNode.Parse(await proxy.Client.GetStringAsync(new Uri(path, UriKind.Relative)))!;

    /// <summary>Asks for a stream that breaks after its first content.</summary>
    private async Task<JsonNode> BreakAsync(RunningProxy proxy, Dialect client, Dialect provider, string begin)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _upstream.Answer(ScriptedReply.Events([.. BookedAnswer.Frames(provider, begin, "")[..(Wire.BeforeContent(provider) + 1)], ""]) with { Cuts = true, BeforeLast = seen.Task });
        var model = Wire.Provider(provider) + ",m";
        using var response = await proxy.PostAsync(Wire.Path(client, model, true), Wire.Body(client, model, true));
        Assert.True(response.IsSuccessStatusCode);
        seen.SetResult();
        await response.Content.ReadAsStringAsync();
        return await RecordAsync(proxy, response.Headers.GetValues("x-ccr-request-id").Single());
    }

    private static (long, long, long, long, long, long) Tokens(JsonNode record) =>
        ((long)record["inputTokens"]!, (long)record["cacheReadTokens"]!, (long)record["cacheWrite5mTokens"]!, (long)record["cacheWrite1hTokens"]!, (long)record["outputTokens"]!, (long)record["reasoningTokens"]!);

    private static (long, long, long, long, long, long) Counts(JsonNode tier) =>
        ((long)tier["requests"]!, (long)tier["failures"]!, (long)tier["input_tokens"]!, (long)tier["output_tokens"]!, (long)tier["cache_read_tokens"]!, (long)tier["cache_creation_tokens"]!);

    private static decimal Dollars(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static decimal? Cost(JsonNode? cost) => cost is null ? null : Dollars(cost.ToJsonString());

    private Task<RunningProxy> StartAsync(string more)
    {
        var models = string.Join("\", \"", BookedAnswer.All.Select(r => r.Name).Append("m"));
        return RunningProxy.StartAsync(Wire.Config(_upstream.BaseAddress, more, ", " + Prices, models)
            .Replace($"\"default\": \"pa,{models}\"", "\"default\": \"pa,m\"", StringComparison.Ordinal)
            .Replace("\"name\": \"pg\"", $"\"name\": \"ps\", \"protocol\": \"openai\", \"api_base_url\": \"{_second.BaseAddress}v1/chat/completions\", \"api_key\": \"k\", \"models\": [\"second\"], {Prices} }}, {{ \"name\": \"pg\"", StringComparison.Ordinal)
            .Replace("pc,second", "ps,second", StringComparison.Ordinal));
    }
}
