using System.Text.Json;
using Ccr.ProxyService.Tokens;
using Ccr.Tests.Proxy;
using Ccr.Tokenization;
using Microsoft.Extensions.DependencyInjection;

namespace Ccr.Tests.Tokens;

/// <summary>Who answers count_tokens, and what is asked of a provider.</summary>
public sealed class CountTokensTests : IAsyncLifetime
{
    private const string Body = """{"model":"m","system":"Be brief.","messages":[{"role":"user","content":"Hello there"}],"tools":[]}""";
    private static readonly long Local = RequestTokenCounter.Count(System.Text.Encoding.UTF8.GetBytes(Body), BpeEncoding.Cl100kBase).Total;

    private ScriptedUpstream _upstream = null!;

    public async Task InitializeAsync() => _upstream = await ScriptedUpstream.StartAsync();

    public Task DisposeAsync() => _upstream.DisposeAsync().AsTask();

    [Fact]
    public async Task An_Anthropic_provider_is_asked_with_the_clients_own_fields()
    {
        _upstream.Answer(ScriptedReply.Json("""{"input_tokens":4711}"""));
        await using var proxy = await StartAsync("v1/messages");
        using var response = await proxy.PostAsync("/v1/messages/count_tokens", Body, r => r.Headers.Add("anthropic-beta", "token-counting-1"));
        Assert.Equal(("provider", 4711), await ReadAsync(response));
        Assert.False(response.Headers.Contains("x-ccr-token-encoding"));
        var seen = _upstream.Single;
        Assert.Equal("/v1/messages/count_tokens", seen.Target);
        Assert.Equal(("k", "2023-06-01", "token-counting-1"), (seen.Headers["x-api-key"], seen.Headers["anthropic-version"], seen.Headers["anthropic-beta"]));
        Assert.Equal("""{"model":"claude-x","system":"Be brief.","messages":[{"role":"user","content":"Hello there"}],"tools":[]}""", seen.Body);
    }

    [Fact]
    public async Task A_Gemini_provider_is_asked_through_the_translation()
    {
        _upstream.Answer(ScriptedReply.Json("""{"totalTokens":12}"""));
        await using var proxy = await StartAsync("v1beta/models", "\"protocol\": \"gemini\",");
        Assert.Equal(("provider", 12), await CountAsync(proxy));
        Assert.Equal("/v1beta/models/claude-x:countTokens", _upstream.Single.Target);
        var request = _upstream.Single.Json.GetProperty("generateContentRequest");
        Assert.Equal("models/claude-x", request.GetProperty("model").GetString());
        Assert.Equal("Hello there", request.GetProperty("contents")[0].GetProperty("parts")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_Responses_provider_is_asked_with_what_the_call_takes()
    {
        _upstream.Answer(ScriptedReply.Json("""{"object":"response.input_tokens","input_tokens":13}"""));
        await using var proxy = await StartAsync("v1/responses");
        Assert.Equal(("provider", 13), await CountAsync(proxy));
        Assert.Equal("/v1/responses/input_tokens", _upstream.Single.Target);
        Assert.Equal("Bearer k", _upstream.Single.Headers["Authorization"]);
        var names = _upstream.Single.Json.EnumerateObject().Select(p => p.Name).ToList();
        Assert.Contains("input", names);
        Assert.Contains("instructions", names);
        Assert.Empty(names.Except(["model", "input", "instructions", "tools", "tool_choice", "parallel_tool_calls", "reasoning", "text", "truncation"]));
    }

    [Fact]
    public async Task A_client_of_Gemini_is_answered_by_the_provider_too()
    {
        _upstream.Answer(ScriptedReply.Json("""{"input_tokens":77}"""));
        await using var proxy = await StartAsync("v1/messages");
        using var response = await proxy.PostAsync("/v1beta/models/m:countTokens", """{"generateContentRequest":{"model":"models/m","contents":[{"role":"user","parts":[{"text":"Hello there"}]}]}}""");
        Assert.Equal("""{"totalTokens":77}""", await response.Content.ReadAsStringAsync());
        Assert.Equal("Hello there", _upstream.Single.Json.GetProperty("messages")[0].GetProperty("content") is { ValueKind: JsonValueKind.String } text ? text.GetString()
            : _upstream.Single.Json.GetProperty("messages")[0].GetProperty("content")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Chat_has_no_such_call_and_is_counted_here()
    {
        await using var proxy = await StartAsync("v1/chat/completions");
        using var response = await proxy.PostAsync("/v1/messages/count_tokens", Body);
        Assert.Equal(("local", Local), await ReadAsync(response));
        Assert.Equal(("cl100k_base", "none"), (response.Headers.GetValues("x-ccr-token-encoding").Single(), response.Headers.GetValues("x-ccr-token-calibration").Single()));
        Assert.Empty(_upstream.Requests);
    }

    [Theory]
    [InlineData(404, "{}")]
    [InlineData(500, "{}")]
    [InlineData(200, "{}")]
    [InlineData(200, "<html>")]
    public async Task A_provider_that_does_not_count_is_asked_once_and_then_left_alone(int status, string answer)
    {
        _upstream.Answer(ScriptedReply.Json(answer, status));
        await using var proxy = await StartAsync("v1/messages");
        Assert.Equal(("local", Local), await CountAsync(proxy));
        Assert.Equal(("local", Local), await CountAsync(proxy));
        Assert.Single(_upstream.Requests);
    }

    [Fact]
    public async Task A_request_that_the_provider_refuses_is_counted_here_and_the_next_is_asked_again()
    {
        _upstream.Answer(ScriptedReply.Json("{}", 400), ScriptedReply.Json("""{"input_tokens":5}"""));
        await using var proxy = await StartAsync("v1/messages");
        Assert.Equal(("local", Local), await CountAsync(proxy));
        Assert.Equal(("provider", 5), await CountAsync(proxy));
    }

    [Fact]
    public async Task A_provider_that_is_slow_is_not_waited_for()
    {
        var held = new TaskCompletionSource();
        _upstream.Answer(ScriptedReply.Json("""{"input_tokens":5}""") with { BeforeLast = held.Task });
        await using var proxy = await StartAsync("v1/messages");
        proxy.Services.GetRequiredService<ProviderTokenCounter>().Limit = TimeSpan.FromMilliseconds(50);
        Assert.Equal(("local", Local), await CountAsync(proxy));
        Assert.Equal(("local", Local), await CountAsync(proxy));
        Assert.InRange(_upstream.Requests.Count, 0, 1);
        held.SetResult();
    }

    [Fact]
    public async Task Of_a_burst_only_a_few_reach_the_provider_and_the_rest_do_not_wait_for_them()
    {
        var held = new TaskCompletionSource();
        _upstream.Answer(ScriptedReply.Json("""{"input_tokens":5}""") with { BeforeLast = held.Task });
        await using var proxy = await StartAsync("v1/messages");
        var burst = Enumerable.Range(0, 35).Select(_ => CountAsync(proxy)).ToList();
        var first = new List<(string Source, long Tokens)>();

        // Those above the limit are answered while the provider still holds the others.
        while (first.Count < 31)
        {
            var done = await Task.WhenAny(burst).WaitAsync(TimeSpan.FromSeconds(60));
            burst.Remove(done);
            first.Add(await done);
        }

        held.SetResult();
        var last = await Task.WhenAll(burst);
        Assert.Equal(4, last.Length);
        Assert.All(first, answer => Assert.Equal(("local", Local), answer));
        Assert.InRange(_upstream.Requests.Count, 1, 4);
    }

    [Fact]
    public async Task The_configuration_keeps_the_count_here_and_multiplies_it()
    {
        await using var proxy = await StartAsync("v1/messages", "\"count_tokens\": \"local\", \"tokenizer\": { \"default\": { \"type\": \"tiktoken\", \"encoding\": \"o200k_base\", \"calibration\": 1.5 } },");
        using var response = await proxy.PostAsync("/v1/messages/count_tokens", Body);
        var plain = RequestTokenCounter.Count(System.Text.Encoding.UTF8.GetBytes(Body), BpeEncoding.O200kBase).Total;
        Assert.Equal(("local", (long)Math.Ceiling(plain * 1.5)), await ReadAsync(response));
        Assert.Equal(("o200k_base", "1.5 configured"), (response.Headers.GetValues("x-ccr-token-encoding").Single(), response.Headers.GetValues("x-ccr-token-calibration").Single()));
        Assert.Empty(_upstream.Requests);
    }

    [Theory]
    [InlineData("standard", """{"model":"claude-x","system":"Be brief.","messages":[{"role":"user","content":"Hello there"}],"tools":[]}""")]
    [InlineData("anthropic", """{"model":"claude-x","system":"Be brief.","messages":[{"role":"user","content":"Hello there"}],"tools":[]}""")]
    [InlineData("openai", """{"model":"claude-x","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hello there"}]}""")]
    public async Task A_configured_service_counts_before_the_provider(string format, string asked)
    {
        _upstream.Answer(ScriptedReply.Json("""{"usage":[{"n":321}]}"""));
        await using var proxy = await StartAsync("v1/messages", $$"""
            "tokenizer": { "default": { "type": "api", "url": "{{_upstream.BaseAddress}}count?key=secret", "apiKey": "api-secret", "requestFormat": "{{format}}", "responseField": "usage.0.n", "headers": { "x-team": "t" } } },
            """);
        Assert.Equal(("api", 321), await CountAsync(proxy));
        var seen = _upstream.Single;
        Assert.Equal(("/count?key=secret", "Bearer api-secret", "t", asked), (seen.Target, seen.Headers["Authorization"], seen.Headers["x-team"], seen.Body));
    }

    [Fact]
    public async Task A_configured_service_that_fails_is_followed_by_the_provider()
    {
        _upstream.Answer(ScriptedReply.Json("{}", 503), ScriptedReply.Json("""{"input_tokens":6}"""));
        await using var proxy = await StartAsync("v1/messages", $$"""
            "tokenizer": { "default": { "type": "api", "url": "{{_upstream.BaseAddress}}count" } },
            """);
        Assert.Equal(("provider", 6), await CountAsync(proxy));
        Assert.Equal(["/count", "/v1/messages/count_tokens"], _upstream.Requests.Select(r => r.Target));
    }

    [Fact]
    public async Task A_key_that_rests_is_not_used()
    {
        _upstream.Answer(
            ScriptedReply.Json("""{"type":"error","error":{"type":"authentication_error","message":"no"}}""", 401),
            ScriptedReply.Json("""{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":"end_turn","usage":{"input_tokens":5,"output_tokens":1}}"""),
            ScriptedReply.Json("""{"input_tokens":8}"""));
        await using var proxy = await StartAsync("v1/messages", "\"api_keys\": [\"l\"],");
        (await proxy.AskAsync("""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hello there"}]}""")).Response.Dispose();
        Assert.Equal(("provider", 8), await CountAsync(proxy));
        Assert.Equal(["k", "l", "l"], _upstream.Requests.Select(r => r.Headers["x-api-key"]));
    }

    [Fact]
    public async Task Below_a_preset_its_target_counts()
    {
        _upstream.Answer(ScriptedReply.Json("""{"input_tokens":9}"""));
        await using var proxy = await RunningProxy.StartAsync($$"""
            { "LOG": false,
              "Providers": [{ "name": "p", "api_base_url": "{{_upstream.BaseAddress}}v1/messages", "api_key": "k", "models": ["claude-x", "claude-y"] }],
              "Presets": { "coding": { "route": "p,claude-y" } },
              "Router": { "default": "p,claude-x" } }
            """);
        proxy.Services.GetRequiredService<ProviderTokenCounter>().Limit = TimeSpan.FromMinutes(1);
        using var response = await proxy.PostAsync("/preset/coding/v1/messages/count_tokens", Body);
        Assert.Equal(("provider", 9), await ReadAsync(response));
        Assert.Equal("claude-y", _upstream.Single.Json.GetProperty("model").GetString());
    }

    [Fact]
    public async Task Without_a_route_the_count_is_still_there()
    {
        await using var proxy = await RunningProxy.StartAsync("""{ "LOG": false }""");
        Assert.Equal(("local", Local), await CountAsync(proxy));
    }

    private static async Task<(string Source, long Tokens)> CountAsync(RunningProxy proxy)
    {
        using var response = await proxy.PostAsync("/v1/messages/count_tokens", Body);
        return await ReadAsync(response);
    }

    private static async Task<(string Source, long Tokens)> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return (response.Headers.GetValues("x-ccr-token-source").Single(), JsonDocument.Parse(text).RootElement.GetProperty("input_tokens").GetInt64());
    }

    private async Task<RunningProxy> StartAsync(string path, string more = "")
    {
        var proxy = await RunningProxy.StartAsync($$"""
            { "LOG": false,
              "Providers": [{ "name": "p", "api_base_url": "{{_upstream.BaseAddress}}{{path}}", "api_key": "k", {{more}} "models": ["claude-x"] }],
              "Router": { "default": "p,claude-x" } }
            """);

        // A busy machine must not make a provider look slow.
        proxy.Services.GetRequiredService<ProviderTokenCounter>().Limit = TimeSpan.FromMinutes(1);
        return proxy;
    }
}
