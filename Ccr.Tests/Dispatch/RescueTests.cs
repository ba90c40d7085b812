using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Tokens;
using Ccr.Tests.Protocols.Anthropic;
using Ccr.Tests.Protocols.Chat;
using Ccr.Tests.Protocols.Gemini;
using Ccr.Tests.Protocols.Responses;
using Ccr.Tests.Proxy;
using Ccr.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace Ccr.Tests.Dispatch;

/// <summary>Streams that break after the client has got a part: another attempt goes on, and the client reads one message as its dialect's grammar has it.</summary>
public sealed class RescueTests : IAsyncLifetime
{
    private ScriptedUpstream _upstream = null!;
    private RunningProxy _proxy = null!;

    public static TheoryData<Dialect, Dialect> Pairs => Wire.Pairs;

    public async Task InitializeAsync()
    {
        _upstream = await ScriptedUpstream.StartAsync();
        _proxy = await RunningProxy.StartAsync(Wire.Config(_upstream.BaseAddress, "\"fallback\": {\"default\": [\"pc,second\"]},"));
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Text_that_was_cut_is_continued_in_the_same_message(Dialect client, Dialect provider)
    {
        foreach (var next in (string[])["", "Hello"])
        {
            var body = await BreakAsync(client, provider, Begun(provider), cuts: true, ScriptedReply.Events(Wire.Frames(Dialect.OpenAIChat, next + " wor", "ld")));
            Assert.Equal(("Hello world", true), Wire.ReadText(client, body, true));
            CheckGrammar(client, provider, body);
            var second = _upstream.Requests[1].Json;
            Assert.Equal("second", second.GetProperty("model").GetString());
            var messages = second.GetProperty("messages").EnumerateArray().ToArray();
            Assert.Equal("Hello", messages[^2].GetProperty("content").GetString());
            Assert.Equal("user", messages[^1].GetProperty("role").GetString());
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task An_error_event_in_the_middle_is_not_shown_when_another_target_can_go_on(Dialect client, Dialect provider)
    {
        var body = await BreakAsync(client, provider, Begun(provider), cuts: false, ScriptedReply.Events(Wire.Frames(Dialect.OpenAIChat, " wor", "ld")), last: Wire.ErrorFrame(provider, "broke in the middle"));
        Assert.Equal(("Hello world", true), Wire.ReadText(client, body, true));
        Assert.DoesNotContain("broke in the middle", body, StringComparison.Ordinal);
        CheckGrammar(client, provider, body);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Every_attempt_is_in_the_record_and_the_usage_of_all_is_accounted(Dialect client, Dialect provider)
    {
        await BreakAsync(client, provider, Begun(provider), cuts: true, ScriptedReply.Events(Wire.Frames(Dialect.OpenAIChat, " wor", "ld")));
        var record = JsonDocument.Parse(await _proxy.Client.GetStringAsync("/api/requests?limit=1")).RootElement.GetProperty("requests")[0];
        Assert.Equal(2, record.GetProperty("attempts").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, record.GetProperty("failure").ValueKind);
        Assert.Equal("second", record.GetProperty("model").GetString());
        Assert.True(record.GetProperty("outputTokens").GetInt64() >= 5);
    }

    [Fact]
    public async Task What_a_continuation_reads_is_not_compared_with_the_count_of_the_request()
    {
        var drift = _proxy.Services.GetRequiredService<TokenDrift>();
        await BreakAsync(Dialect.Anthropic, Dialect.OpenAIChat, Begun(Dialect.OpenAIChat), cuts: true, ScriptedReply.Events(Wire.Frames(Dialect.OpenAIChat, " wor", "ld")));

        // It was counted, and its usage has come.
        await TokenizerServiceTests.Eventually(() => Task.FromResult(drift.Tiers.Count > 0));
        await TokenizerServiceTests.Eventually(async () => JsonDocument.Parse(await _proxy.Client.GetStringAsync("/api/requests?limit=1")).RootElement.GetProperty("requests").GetArrayLength() > 0);
        Assert.All(drift.Tiers, t => Assert.Equal(0, t.Report.Samples));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_call_that_was_cut_is_never_shown_and_is_asked_for_again(Dialect client, Dialect provider)
    {
        var call = BrokenCalls.Frames(provider);
        var body = await BreakAsync(client, provider, [.. Begun(provider), .. call.Begun], cuts: true, ScriptedReply.Events(BrokenCalls.Chat("call_b", "{\\\"path\\\":\\\"b\\\"}")), BrokenCalls.Declared(client));
        CheckGrammar(client, provider, body);
        var calls = BrokenCalls.Read(client, body);
        Assert.Equal(["{\"path\":\"b\"}"], calls);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task After_a_complete_call_the_message_ends_and_nobody_is_asked_again(Dialect client, Dialect provider)
    {
        if (provider == Dialect.OpenAIChat)
        {
            // Its calls are complete when the answer is: they may grow side by side.
            return;
        }

        var call = BrokenCalls.Frames(provider);
        var body = await BreakAsync(client, provider, [.. Begun(provider), .. call.Begun, .. call.Completed], cuts: true, ScriptedReply.Json("{}"), BrokenCalls.Declared(client));
        CheckGrammar(client, provider, body);
        Assert.Equal(["{\"path\":\"a\"}"], BrokenCalls.Read(client, body));
        Assert.Single(_upstream.Requests);
    }

    [Fact]
    public async Task An_anthropic_target_is_prefilled_without_blanks_at_the_end_and_without_thinking()
    {
        await using var proxy = await RunningProxy.StartAsync(Wire.Config(_upstream.BaseAddress, "\"fallback\": {\"default\": [\"pa,claude-sonnet-4-5\"]},"));
        var body = await BreakAsync(Dialect.Anthropic, Dialect.OpenAIChat, Wire.Frames(Dialect.OpenAIChat, "Hello ")[..2], cuts: true, ScriptedReply.Events(Wire.Frames(Dialect.Anthropic, "wor", "ld")), ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2000}", proxy);
        Assert.Equal(("Hello world", true), Wire.ReadText(Dialect.Anthropic, body, true));
        var second = _upstream.Requests[1].Json;
        var last = second.GetProperty("messages").EnumerateArray().Last();
        Assert.Equal("assistant", last.GetProperty("role").GetString());
        Assert.Contains("\"Hello\"", last.GetRawText(), StringComparison.Ordinal);
        Assert.False(second.TryGetProperty("thinking", out var thinking) && thinking.GetProperty("type").GetString() != "disabled");
    }

    [Fact]
    public async Task A_target_that_refuses_the_prefill_is_asked_in_words()
    {
        await using var proxy = await RunningProxy.StartAsync(Wire.Config(_upstream.BaseAddress, "\"fallback\": {\"default\": [\"pa,claude-sonnet-4-5\"]},"));
        var refusal = ScriptedReply.Json(Wire.Error(Dialect.Anthropic, 400, "This model does not support assistant message prefill. The conversation must end with a user message."), 400);
        var body = await BreakAsync(Dialect.OpenAIChat, Dialect.OpenAIChat, Begun(Dialect.OpenAIChat), cuts: true, [refusal, ScriptedReply.Events(Wire.Frames(Dialect.Anthropic, " wor", "ld"))], "", proxy);
        Assert.Equal(("Hello world", true), Wire.ReadText(Dialect.OpenAIChat, body, true));
        Assert.Equal(3, _upstream.Requests.Count);
        Assert.Equal("user", _upstream.Requests[2].Json.GetProperty("messages").EnumerateArray().Last().GetProperty("role").GetString());
    }

    [Fact]
    public async Task Thinking_that_was_cut_is_closed_and_the_answer_comes_whole()
    {
        string[] begun = [Wire.Frames(Dialect.Anthropic)[0], """
            event: content_block_start
            data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hmm"}}


            """];
        var body = await BreakAsync(Dialect.Anthropic, Dialect.Anthropic, begun, cuts: true, ScriptedReply.Events(Wire.Frames(Dialect.OpenAIChat, "Hello", " world")));
        Assert.Equal(("Hello world", true), Wire.ReadText(Dialect.Anthropic, body, true));
        Assert.Equal(["thinking", "text"], AnthropicStream.Read(body).Blocks);
    }

    [Fact]
    public async Task Clients_of_the_list_get_the_error_event_and_resume_by_themselves()
    {
        await using var proxy = await RunningProxy.StartAsync(Wire.Config(_upstream.BaseAddress, "\"Rescue\": {\"errorFor\": [\"claude-code\"]}, \"fallback\": {\"default\": [\"pc,second\"]},"));
        var body = await BreakAsync(Dialect.Anthropic, Dialect.Anthropic, Begun(Dialect.Anthropic), cuts: true, ScriptedReply.Json("{}"), "", proxy, r => r.Headers.Add("x-claude-code-session-id", "s"));
        Wire.IsFailedStream(Dialect.Anthropic, body);
        Assert.Single(_upstream.Requests);
    }

    [Fact]
    public async Task It_can_be_switched_off()
    {
        await using var proxy = await RunningProxy.StartAsync(Wire.Config(_upstream.BaseAddress, "\"Rescue\": {\"enabled\": false}, \"fallback\": {\"default\": [\"pc,second\"]},"));
        var body = await BreakAsync(Dialect.OpenAIChat, Dialect.Anthropic, Begun(Dialect.Anthropic), cuts: true, ScriptedReply.Json("{}"), "", proxy);
        Wire.IsFailedStream(Dialect.OpenAIChat, body);
        Assert.Single(_upstream.Requests);
    }

    [Fact]
    public async Task An_answer_longer_than_is_remembered_ends_in_an_error_event()
    {
        await using var proxy = await RunningProxy.StartAsync(Wire.Config(_upstream.BaseAddress, "\"Rescue\": {\"maxBytes\": 1024}, \"fallback\": {\"default\": [\"pc,second\"]},"));
        var body = await BreakAsync(Dialect.Anthropic, Dialect.Anthropic, Wire.Frames(Dialect.Anthropic, new string('a', 1025))[..3], cuts: true, ScriptedReply.Json("{}"), "", proxy);
        Wire.IsFailedStream(Dialect.Anthropic, body);
        Assert.Single(_upstream.Requests);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task When_nobody_can_go_on_the_stream_ends_in_an_error_event(Dialect client, Dialect provider)
    {
        var body = await BreakAsync(client, provider, Begun(provider), cuts: true, ScriptedReply.Json(Wire.Error(Dialect.OpenAIChat, 500, "no"), 500));
        Wire.IsFailedStream(client, body);
    }

    private static string[] Begun(Dialect provider) => Wire.Frames(provider)[..(Wire.BeforeContent(provider) + 1)];

    /// <summary>Of what was translated; the scripted bytes that pass through leave out what the checkers ask of our own encoders.</summary>
    private static void CheckGrammar(Dialect client, Dialect provider, string body)
    {
        if (client == provider)
        {
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(body);
        switch (client)
        {
            case Dialect.Anthropic:
                Assert.True(AnthropicStreamChecker.Check(bytes).IsFinished);
                break;
            case Dialect.OpenAIChat:
                Assert.True(ChatStreamChecker.Check(bytes, includeUsage: false).IsDone);
                break;
            case Dialect.OpenAIResponses:
                Assert.NotNull(ResponsesStreamChecker.Check(bytes).Final);
                break;
            default:
                GeminiStreamChecker.CheckEvents(bytes);
                break;
        }
    }

    private Task<string> BreakAsync(Dialect client, Dialect provider, string[] begun, bool cuts, ScriptedReply next, string more = "", RunningProxy? proxy = null, Action<HttpRequestMessage>? change = null, string last = "") =>
        BreakAsync(client, provider, begun, cuts, [next], more, proxy, change, last);

    /// <summary>Lets a provider break off after the client has seen the beginning; returns what the client got in all.</summary>
    private async Task<string> BreakAsync(Dialect client, Dialect provider, string[] begun, bool cuts, ScriptedReply[] next, string more = "", RunningProxy? proxy = null, Action<HttpRequestMessage>? change = null, string last = "")
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _upstream.Answer([ScriptedReply.Events([.. begun, last]) with { Cuts = cuts, BeforeLast = seen.Task }, .. next]);
        var model = Wire.Provider(provider) + ",m";
        using var response = await (proxy ?? _proxy).PostAsync(Wire.Path(client, model, true), Wire.Body(client, model, true, more), change);
        Assert.Equal(200, (int)response.StatusCode);
        seen.SetResult();
        return await response.Content.ReadAsStringAsync();
    }
}
