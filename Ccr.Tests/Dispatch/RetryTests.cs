using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Tests.Proxy;

namespace Ccr.Tests.Dispatch;

/// <summary>What is asked again of the same target, what of the next, and what of nobody.</summary>
public sealed class RetryTests : IAsyncLifetime
{
    private const string Fallback = "\"fallback\": {\"default\": [\"pc,second\"]}";

    private ScriptedUpstream _upstream = null!;

    public async Task InitializeAsync() => _upstream = await ScriptedUpstream.StartAsync();

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_failure_that_passes_is_asked_again_of_the_same_target(int status)
    {
        await using var proxy = await StartAsync("\"*\": {\"max_retries\": 2, \"base_backoff_ms\": 1}");
        _upstream.Answer(ScriptedReply.Json(Wire.Error(Dialect.Anthropic, status, "wait"), status), ScriptedReply.Json(Wire.Whole(Dialect.Anthropic)));
        var answer = await WireAnswer.AskAsync(proxy, Dialect.Anthropic, "pa,m", false);
        Assert.Equal(200, answer.Status);
        Assert.Equal("pa,m", answer.Headers["x-ccr-tier"]);
        Assert.Equal("2", answer.Headers["x-ccr-attempts"]);
    }

    [Fact]
    public async Task Router_tierRetries_says_how_often_and_then_comes_the_next_target()
    {
        await using var proxy = await StartAsync("\"pa\": {\"max_retries\": 3, \"base_backoff_ms\": 1, \"backoff_multiplier\": 1.5, \"max_backoff_ms\": 2}");
        var failure = ScriptedReply.Json(Wire.Error(Dialect.Anthropic, 500, "no"), 500);
        _upstream.Answer(failure, failure, failure, failure, ScriptedReply.Json(Wire.Whole(Dialect.OpenAIChat)));
        var answer = await WireAnswer.AskAsync(proxy, Dialect.Anthropic, "pa,m", false);
        Assert.Equal("pc,second", answer.Headers["x-ccr-tier"]);
        Assert.Equal("5", answer.Headers["x-ccr-attempts"]);
    }

    [Theory]
    [InlineData("tier-0")]
    [InlineData("pa")]
    [InlineData("main-tier")]
    [InlineData("pa,m")]
    [InlineData("*")]
    public async Task A_policy_is_found_by_tier_number_provider_tier_name_or_target(string key)
    {
        await using var proxy = await RunningProxy.StartAsync(Wire.Config(_upstream.BaseAddress, Fallback + ",", ", \"tier_name\": \"main-tier\"")
            .Replace("\"tierRetries\": { \"*\": { \"max_retries\": 0 } }", $"\"tiers\": [\"pa,m\"], \"tierRetries\": {{ \"{key}\": {{ \"max_retries\": 0 }} }}", StringComparison.Ordinal));
        _upstream.Answer(ScriptedReply.Json(Wire.Error(Dialect.Anthropic, 500, "no"), 500), ScriptedReply.Json(Wire.Whole(Dialect.OpenAIChat)));
        var answer = await WireAnswer.AskAsync(proxy, Dialect.Anthropic, "pa,m", false);
        Assert.Equal("pc,second", answer.Headers["x-ccr-tier"]);
        Assert.Equal("2", answer.Headers["x-ccr-attempts"]);
    }

    [Theory]
    [InlineData("retry-after", "30")]
    [InlineData("retry-after-ms", "30000")]
    [InlineData("retry-after", "Fri, 31 Dec 2100 23:59:59 GMT")]
    public async Task A_wait_that_is_too_long_means_the_next_target(string header, string value)
    {
        await using var proxy = await StartAsync("\"*\": {\"max_retries\": 2}");
        _upstream.Answer(ScriptedReply.Json(Wire.Error(Dialect.Anthropic, 429, "slow"), 429).With(header, value), ScriptedReply.Json(Wire.Whole(Dialect.OpenAIChat)));
        var answer = await WireAnswer.AskAsync(proxy, Dialect.Anthropic, "pa,m", false);
        Assert.Equal("pc,second", answer.Headers["x-ccr-tier"]);
        Assert.Equal("2", answer.Headers["x-ccr-attempts"]);
    }

    [Fact]
    public async Task A_short_wait_is_obeyed()
    {
        await using var proxy = await StartAsync("\"*\": {\"max_retries\": 1}");
        _upstream.Answer(ScriptedReply.Json(Wire.Error(Dialect.Anthropic, 429, "slow"), 429).With("retry-after-ms", "300"), ScriptedReply.Json(Wire.Whole(Dialect.Anthropic)));
        var started = TimeProvider.System.GetTimestamp();
        var answer = await WireAnswer.AskAsync(proxy, Dialect.Anthropic, "pa,m", false);
        Assert.Equal("pa,m", answer.Headers["x-ccr-tier"]);
        Assert.True(TimeProvider.System.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(300));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    public async Task What_asking_again_cannot_cure_goes_to_the_next_target_at_once(int status)
    {
        await using var proxy = await StartAsync("\"*\": {\"max_retries\": 3}");
        _upstream.Answer(ScriptedReply.Json(Wire.Error(Dialect.Anthropic, status, "no"), status), ScriptedReply.Json(Wire.Whole(Dialect.OpenAIChat)));
        var answer = await WireAnswer.AskAsync(proxy, Dialect.Anthropic, "pa,m", false);
        Assert.Equal("2", answer.Headers["x-ccr-attempts"]);
    }

    [Fact]
    public async Task A_prompt_that_is_too_long_goes_to_the_route_for_long_prompts_and_not_to_the_same_model()
    {
        await using var proxy = await RunningProxy.StartAsync(Wire.Config(_upstream.BaseAddress, "\"fallback\": {\"default\": [\"pr,m\", \"pg,other\"]},")
            .Replace("\"tierRetries\":", "\"longContext\": \"pc,large\", \"tierRetries\":", StringComparison.Ordinal));
        _upstream.Answer(ScriptedReply.Json("""{"error":{"message":"maximum context length is 8192 tokens","type":"invalid_request_error","code":"context_length_exceeded"}}""", 400), ScriptedReply.Json(Wire.Whole(Dialect.OpenAIChat)));
        var answer = await WireAnswer.AskAsync(proxy, Dialect.Anthropic, "pa,m", false);
        Assert.Equal(200, answer.Status);
        Assert.Equal("pc,large", answer.Headers["x-ccr-tier"]);
        Assert.Equal("large", _upstream.Requests[1].Json.GetProperty("model").GetString());
    }

    [Fact]
    public async Task A_prompt_that_fits_nowhere_is_told_as_too_long_whatever_failed_after_it()
    {
        await using var proxy = await StartAsync("\"*\": {\"max_retries\": 0}");
        _upstream.Answer(
            ScriptedReply.Json("""{"error":{"message":"maximum context length is 8192 tokens but you sent 9001","type":"invalid_request_error","code":"context_length_exceeded"}}""", 400),
            ScriptedReply.Json(Wire.Error(Dialect.OpenAIChat, 500, "no"), 500));
        var answer = await WireAnswer.AskAsync(proxy, Dialect.Anthropic, "pa,m", false);
        Assert.Equal(400, answer.Status);
        Assert.StartsWith("prompt is too long: 9001 tokens > 8192 maximum", Wire.ReadError(Dialect.Anthropic, answer.Body).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_content_is_told_with_its_reason_and_asked_nobody_else()
    {
        await using var proxy = await StartAsync("\"*\": {\"max_retries\": 3}");
        _upstream.Answer(ScriptedReply.Json("""{"error":{"message":"The response was filtered: violence","type":"invalid_request_error","code":"content_filter"}}""", 400));
        var answer = await WireAnswer.AskAsync(proxy, Dialect.Anthropic, "pc,m", true);
        Assert.Equal(400, answer.Status);
        Assert.Contains("violence", Wire.ReadError(Dialect.Anthropic, answer.Body).Message, StringComparison.Ordinal);
        Assert.Single(_upstream.Requests);
    }

    [Fact]
    public async Task The_budget_ends_the_tries()
    {
        await using var proxy = await RunningProxy.StartAsync(Wire.Config(_upstream.BaseAddress, "\"Budget\": {\"maxAttempts\": 3}, " + Fallback + ",")
            .Replace("\"max_retries\": 0", "\"max_retries\": 9, \"base_backoff_ms\": 0", StringComparison.Ordinal));
        _upstream.Answer(ScriptedReply.Json(Wire.Error(Dialect.Anthropic, 500, "no"), 500));
        Assert.Equal(500, (await WireAnswer.AskAsync(proxy, Dialect.Anthropic, "pa,m", false)).Status);
        Assert.Equal(3, _upstream.Requests.Count);
    }

    [Fact]
    public async Task Every_try_is_in_the_record_with_its_reason()
    {
        await using var proxy = await StartAsync("\"*\": {\"max_retries\": 1, \"base_backoff_ms\": 0}");
        var failure = ScriptedReply.Json(Wire.Error(Dialect.Anthropic, 500, "no"), 500);
        _upstream.Answer(failure, failure, ScriptedReply.Json(Wire.Whole(Dialect.OpenAIChat)));
        await WireAnswer.AskAsync(proxy, Dialect.Anthropic, "pa,m", false);
        var record = JsonDocument.Parse(await proxy.Client.GetStringAsync("/api/requests?limit=1")).RootElement.GetProperty("requests")[0];
        Assert.Equal(["server", "server", null], record.GetProperty("attempts").EnumerateArray().Select(a => a.GetProperty("failure").GetString()));
    }

    private Task<RunningProxy> StartAsync(string retries) => RunningProxy.StartAsync(Wire.Config(_upstream.BaseAddress, Fallback + ",")
        .Replace("\"*\": { \"max_retries\": 0 }", retries, StringComparison.Ordinal));
}
