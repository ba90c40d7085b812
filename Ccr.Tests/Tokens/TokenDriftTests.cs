using System.Text.Json;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Tokens;
using Ccr.Tests.Configuration;
using Ccr.Tests.Proxy;
using Ccr.Tests.Usage;
using Ccr.Tokenization;

namespace Ccr.Tests.Tokens;

/// <summary>Our counts against the providers' own, and the factor that is learned from them.</summary>
public sealed class TokenDriftTests
{
    private const string Answer =
        """{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"yes"}],"stop_reason":"end_turn","usage":{"input_tokens":1500,"cache_read_input_tokens":300,"output_tokens":1}}""";

    private readonly TokenDrift _drift = new();

    [Fact]
    public void The_report_adds_up_and_rounds_to_a_tenth_of_a_percent()
    {
        _drift.Observe("p,m", 100, 90);
        _drift.Observe("p,m", 50, 60);
        _drift.Observe("p,m", 10, 0);
        var report = Assert.Single(_drift.Tiers).Report;
        Assert.Equal(new DriftReport { Tier = "p,m", Samples = 2, CumulativeLocal = 150, CumulativeUpstream = 150, LastLocal = 50, LastUpstream = 60 }, report);
        Assert.Equal((0, -16.7), (report.CumulativeDriftPct, report.LastDriftPct));
    }

    [Theory]
    [InlineData(1091, 0, 0)]
    [InlineData(1100, 1, 0)]
    [InlineData(1249, 1, 0)]
    [InlineData(1250, 0, 1)]
    [InlineData(700, 0, 1)]
    public void Differences_of_ten_and_twenty_five_percent_are_counted(long local, long warnings, long criticals)
    {
        _drift.Observe("p,m", local, 1000);
        Assert.Equal((warnings, criticals), Assert.Single(_drift.Tiers).Alerts);
    }

    [Fact]
    public void A_factor_is_learned_for_a_model_whose_encoding_is_not_public_and_only_for_that()
    {
        var unknown = Tokenizer("claude-sonnet-4-5");
        for (var i = 0; i < 9; i++)
        {
            _drift.Observe("p,claude-sonnet-4-5", 1000, 1200);
            Assert.Equal(new TokenCalibration(1, 0, false), _drift.Factor(unknown));
        }

        _drift.Observe("p,claude-sonnet-4-5", 1000, 1200);
        Assert.Equal(1.2, _drift.Factor(unknown).Factor, 9);
        Assert.Equal(10, _drift.Factor(unknown).Samples);

        // It follows when the provider changes, and forgets no faster than one request in twenty.
        _drift.Observe("p,claude-sonnet-4-5", 1000, 2200);
        Assert.InRange(_drift.Factor(unknown).Factor, 1.25, 1.30);

        for (var i = 0; i < 20; i++)
        {
            _drift.Observe("p,gpt-4o", 1000, 1200);
        }

        Assert.Equal(new TokenCalibration(1, 0, false), _drift.Factor(Tokenizer("gpt-4o")));
        Assert.Equal(new TokenCalibration(1.5, 0, true), _drift.Factor(Tokenizer("claude-sonnet-4-5", "tokenizer: { default: { type: 'tiktoken', calibration: 1.5 } },")));
    }

    [Fact]
    public void Short_requests_and_wild_reports_teach_nothing_harmful()
    {
        var tokenizer = Tokenizer("m");
        for (var i = 0; i < 50; i++)
        {
            _drift.Observe("p,m", 10, 400);
        }

        Assert.Equal(0, _drift.Factor(tokenizer).Samples);
        for (var i = 0; i < 50; i++)
        {
            _drift.Observe("p,m", 1000, 1_000_000);
        }

        Assert.Equal(2.5, _drift.Factor(tokenizer).Factor);
    }

    [Fact]
    public void The_table_is_bounded()
    {
        for (var i = 0; i < 1000; i++)
        {
            _drift.Observe($"p,{i}", 100, 100);
        }

        Assert.Equal(401, _drift.Tiers.Count);
        Assert.Equal(600, _drift.Tiers.Single(t => t.Tier == "other").Report.Samples);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Count_and_report_are_compared_once_whichever_comes_first(bool countFirst)
    {
        var sample = new TokenSample(_drift, "p,m", BpeEncoding.Cl100kBase);
        if (countFirst)
        {
            sample.Counted(90);
            sample.Answered("p,m", 100);
        }
        else
        {
            sample.Answered("p,m", 100);
            sample.Counted(90);
        }

        Assert.Equal((1, 90, 100), Assert.Single(_drift.Tiers).Report is var r ? (r.Samples, r.LastLocal, r.LastUpstream) : default);
    }

    [Fact]
    public async Task A_request_is_counted_beside_its_answer_and_shown()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer(ScriptedReply.Json(Answer));
        await using var proxy = await RunningProxy.StartAsync(RunningProxy.Config(upstream.BaseAddress, "\"default\": \"native,sim-text\""));
        var body = """{"model":"m","max_tokens":9,"system":"Be brief.","tools":[{"name":"look","input_schema":{}}],"messages":[{"role":"user","content":"Hello there"}]}""";
        (await proxy.AskAsync(body)).Response.Dispose();
        var expected = RequestTokenCounter.Count(System.Text.Encoding.UTF8.GetBytes(body), BpeEncoding.Cl100kBase);
        await TokenizerServiceTests.Eventually(async () => await proxy.Client.GetStringAsync("/v1/token-drift") != "[]");
        var pct = Math.Round(100.0 * (expected.Total - 1800) / 1800, 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(
            $$"""[{"tier":"native,sim-text","samples":1,"cumulative_local":{{expected.Total}},"cumulative_upstream":1800,"cumulative_drift_pct":{{pct}},"last_local":{{expected.Total}},"last_upstream":1800,"last_drift_pct":{{pct}}}]""",
            await proxy.Client.GetStringAsync("/v1/token-drift"));
        var entry = Assert.Single(JsonDocument.Parse(await proxy.Client.GetStringAsync("/v1/token-audit")).RootElement.EnumerateArray());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", entry.GetProperty("timestamp").GetString());
        Assert.Equal(("native,sim-text", expected.Messages, expected.System, expected.Tools, expected.Total), (entry.GetProperty("tier").GetString(), entry.GetProperty("message_tokens").GetInt64(),
            entry.GetProperty("system_tokens").GetInt64(), entry.GetProperty("tool_tokens").GetInt64(), entry.GetProperty("total_tokens").GetInt64()));
        Assert.Contains("ccr_token_drift_alerts_total{tier=\"native,sim-text\",severity=\"critical\"} 1\n", await proxy.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_count_that_routing_made_is_compared_without_another_one_and_every_time()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer(ScriptedReply.Json(Answer));
        await using var proxy = await RunningProxy.StartAsync(
            RunningProxy.Config(upstream.BaseAddress, "\"default\": \"native,sim-text\", \"longContext\": \"native,sim-text\", \"longContextThreshold\": 30"));
        for (var i = 0; i < 20; i++)
        {
            (await proxy.AskAsync("""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hello there"}]}""")).Response.Dispose();
        }

        await TokenizerServiceTests.Eventually(async () => (await proxy.Client.GetStringAsync("/v1/token-drift")).Contains("\"samples\":20,", StringComparison.Ordinal));
        Assert.Contains("ccr_token_samples_skipped_total 0\n", await proxy.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_of_another_encoding_and_a_failed_one_are_not_compared()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer(ScriptedReply.Json("""{"type":"error","error":{"type":"not_found_error","message":"model: claude-x"}}""", 404), ScriptedReply.Json(Answer));
        await using var proxy = await RunningProxy.StartAsync($$"""
            { "LOG": false,
              "Providers": [{ "name": "p", "api_base_url": "{{upstream.BaseAddress}}v1/messages", "models": ["claude-x", "gpt-4o"] }],
              "Router": { "default": "p,claude-x", "tiers": ["p,gpt-4o"] } }
            """);
        (await proxy.AskAsync("""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hello there"}]}""")).Response.Dispose();
        await TokenizerServiceTests.Eventually(async () => await proxy.Client.GetStringAsync("/v1/token-audit") != "[]");
        Assert.Equal("[]", await proxy.Client.GetStringAsync("/v1/token-drift"));
    }

    [Fact]
    public void Of_several_tries_the_one_that_answered_is_compared()
    {
        var target = TestEnvironment.ReadValid("{ Providers: [{ name: 'b', api_base_url: 'https://e.com', models: ['m2'] }], Router: { default: 'b,m2' } }").Router.Default!;
        var sample = new TokenSample(_drift, target.Name, BpeEncoding.Cl100kBase);
        sample.Counted(90);
        var record = Samples.Rescued();
        record = record with { Attempts = [new("a", "m", 200, "cut", TimeSpan.Zero) { Tokens = new(700, 0, 0, 1, 0) }, record.Attempts[1]], Tokens = new(800, 60, 30, 41, 8) };
        TokenSampler.Compare(new RouteDecision("default", "", [target], null) { Sample = sample }, record);
        Assert.Equal((1, 90, 100), Assert.Single(_drift.Tiers).Report is var r ? (r.Samples, r.LastLocal, r.LastUpstream) : default);
    }

    [Theory]
    [InlineData("o200k_base", 2, "longContext")]
    [InlineData("o200k_base", 2, "default")]
    [InlineData("cl100k_base", 0.5, "longContext")]
    [InlineData("cl100k_base", 0.5, "default")]
    [InlineData("cl100k_base", 10, "longContext")]
    public async Task The_long_context_rule_counts_with_the_encoding_and_the_factor_of_the_default_target(string encoding, double calibration, string scenario)
    {
        var body = $$"""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"{{string.Concat(Enumerable.Repeat("Übergrößenträger 龍の子 ", 40))}}"}]}""";
        var tokens = RequestTokenCounter.Count(System.Text.Encoding.UTF8.GetBytes(body), BpeEncoding.Find(encoding)!).Total;
        Assert.NotEqual(tokens, RequestTokenCounter.Count(System.Text.Encoding.UTF8.GetBytes(body), BpeEncoding.Find(encoding == "o200k_base" ? "cl100k_base" : "o200k_base")!).Total);
        var counted = (long)Math.Ceiling(tokens * calibration);
        var threshold = scenario == "default" ? counted : counted - 1;
        await using var proxy = await RunningProxy.StartAsync(string.Create(System.Globalization.CultureInfo.InvariantCulture, $$"""
            { "LOG": false,
              "Providers": [{ "name": "p", "api_base_url": "https://e.example/v1/messages", "models": ["x", "long"],
                              "tokenizer": { "models": { "x": { "type": "tiktoken", "encoding": "{{encoding}}", "calibration": {{calibration}} } } } }],
              "Router": { "default": "p,x", "longContext": "p,long", "longContextThreshold": {{threshold}} } }
            """));
        using var response = await proxy.PostAsync("/v1/route/explain", body);
        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal((scenario, counted), (answer.GetProperty("scenario").GetString(), answer.GetProperty("tokens").GetInt64()));
    }

    private static TargetTokenizer Tokenizer(string model, string more = "")
    {
        var config = TestEnvironment.ReadValid($"{{ Providers: [{{ name: 'p', api_base_url: 'https://e.com', {more} models: ['{model}'] }}], Router: {{ default: 'p,{model}' }} }}");
        return config.Router.Default!.Tokenizer;
    }
}
