using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Tests.Proxy;

namespace Ccr.Tests.Dispatch;

/// <summary>What happens while the first content, or the next, is waited for: limits by stage, the race, and signs of life for the client.</summary>
public sealed class WaitingTests : IAsyncLifetime
{
    private const string Fallback = "\"fallback\": {\"default\": [\"pc,second\"]}, ";

    private readonly TaskCompletionSource _never = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ScriptedUpstream _upstream = null!;
    private ScriptedUpstream _second = null!;

    public static TheoryData<Dialect> Dialects => Wire.Dialects;

    public async Task InitializeAsync()
    {
        _upstream = await ScriptedUpstream.StartAsync();
        _second = await ScriptedUpstream.StartAsync();
        _second.Answer(ScriptedReply.Events(Wire.Frames(Dialect.OpenAIChat)));
    }

    public async Task DisposeAsync()
    {
        _never.TrySetResult();
        await _upstream.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Theory]
    [InlineData("\"Timeouts\": {\"firstEventMs\": 100},", 0)]
    [InlineData("\"Timeouts\": {\"firstContentMs\": 300},", 1)]
    [InlineData("\"Timeouts\": {\"idleMs\": 100},", 1)]
    [InlineData("\"Timeouts\": {\"totalMs\": 300},", 1)]
    public async Task A_stage_that_takes_too_long_means_the_next_target(string timeouts, int frames)
    {
        await using var proxy = await StartAsync(timeouts + "\"Hedge\": {\"enabled\": false}, " + Fallback);
        _upstream.Answer(Silent(Wire.Frames(Dialect.Anthropic)[..frames]));
        var answer = await WireAnswer.AskAsync(proxy, Dialect.Anthropic, "pa,m", true);
        Assert.Equal(("Hello world", true), Wire.ReadText(Dialect.Anthropic, answer.Body, true));
        Assert.Equal("pc,second", answer.Headers["x-ccr-tier"]);
    }

    [Fact]
    public async Task A_providers_own_limit_wins()
    {
        await using var proxy = await RunningProxy.StartAsync(Config("\"Timeouts\": {\"firstEventMs\": 60000}, \"Hedge\": {\"enabled\": false}, " + Fallback, ", \"timeouts\": {\"firstEventMs\": 100}"));
        _upstream.Answer(Silent([]));
        Assert.Equal("pc,second", (await WireAnswer.AskAsync(proxy, Dialect.Anthropic, "pa,m", true)).Headers["x-ccr-tier"]);
    }

    [Fact]
    public async Task The_rust_routers_limits_of_a_tier_count()
    {
        await using var proxy = await RunningProxy.StartAsync(Config("\"Hedge\": {\"enabled\": false}, " + Fallback)
            .Replace("\"max_retries\": 0", "\"max_retries\": 0, \"stream_first_event_timeout_ms\": 100, \"stream_idle_timeout_ms\": 100", StringComparison.Ordinal));
        _upstream.Answer(Silent([]));
        Assert.Equal("pc,second", (await WireAnswer.AskAsync(proxy, Dialect.Anthropic, "pa,m", true)).Headers["x-ccr-tier"]);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_slow_target_is_raced_and_the_first_content_wins(Dialect client)
    {
        await using var proxy = await StartAsync("\"Hedge\": {\"delayMs\": 50}, " + Fallback);
        _upstream.Answer(Silent(Wire.Frames(Dialect.Anthropic)[..1]));
        var answer = await WireAnswer.AskAsync(proxy, client, "pa,m", true);
        Assert.Equal(("Hello world", true), Wire.ReadText(client, answer.Body, true));
        Assert.Equal("pc,second", answer.Headers["x-ccr-tier"]);
        Assert.Equal("2", answer.Headers["x-ccr-attempts"]);
    }

    [Fact]
    public async Task When_the_first_of_two_racers_fails_the_other_decides()
    {
        var fail = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var proxy = await StartAsync("\"Hedge\": {\"delayMs\": 50}, " + Fallback);
        _upstream.Answer(ScriptedReply.Events(Wire.Frames(Dialect.Anthropic)[0], "") with { Cuts = true, BeforeLast = fail.Task });
        _second.Answer(ScriptedReply.Events([.. Wire.Frames(Dialect.OpenAIChat)[..1], string.Concat(Wire.Frames(Dialect.OpenAIChat)[1..])]) with { BeforeLast = fail.Task });
        var race = Task.Run(async () =>
        {
            while (_second.Requests.Count == 0)
            {
                await Task.Yield();
            }

            fail.SetResult();
        });
        var answer = await WireAnswer.AskAsync(proxy, Dialect.Anthropic, "pa,m", true);
        await race;
        Assert.Equal(("Hello world", true), Wire.ReadText(Dialect.Anthropic, answer.Body, true));
    }

    [Fact]
    public async Task A_single_target_is_not_raced()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var proxy = await StartAsync("\"Hedge\": {\"delayMs\": 1}, ");
        _upstream.Answer(ScriptedReply.Events([.. Wire.Frames(Dialect.Anthropic)[..2], string.Concat(Wire.Frames(Dialect.Anthropic)[2..])]) with { BeforeLast = go.Task });
        var asking = WireAnswer.AskAsync(proxy, Dialect.Anthropic, "pa,m", true);
        go.SetResult();
        Assert.Equal("1", (await asking).Headers["x-ccr-attempts"]);
        Assert.Single(_upstream.Requests);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task After_a_while_the_status_line_goes_out_and_another_target_may_still_answer(Dialect client)
    {
        await using var proxy = await StartAsync("\"Streams\": {\"commitWaitMs\": 1}, \"Hedge\": {\"enabled\": false}, " + Fallback);
        var fail = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _upstream.Answer(ScriptedReply.Events(Wire.Frames(Dialect.Anthropic)[0], "") with { Cuts = true, BeforeLast = fail.Task });
        using var response = await proxy.PostAsync(Wire.Path(client, "pa,m", true), Wire.Body(client, "pa,m", true));
        Assert.Equal(200, (int)response.StatusCode);
        Assert.True(response.Headers.Contains("x-ccr-request-id"));
        fail.SetResult();
        var body = await response.Content.ReadAsStringAsync();
        Assert.Equal(("Hello world", true), Wire.ReadText(client, body, true));
        Assert.Equal(client != Dialect.Gemini, body.StartsWith(": keep-alive\n\n", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_failure_after_the_status_line_is_an_error_event(Dialect client)
    {
        await using var proxy = await StartAsync("\"Streams\": {\"commitWaitMs\": 1}, ");
        var fail = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _upstream.Answer(ScriptedReply.Events(Wire.Frames(Dialect.Anthropic)[0], Wire.ErrorFrame(Dialect.Anthropic, "too busy")) with { BeforeLast = fail.Task });
        using var response = await proxy.PostAsync(Wire.Path(client, "pa,m", true), Wire.Body(client, "pa,m", true));
        Assert.Equal(200, (int)response.StatusCode);
        fail.SetResult();
        var body = await response.Content.ReadAsStringAsync();
        Wire.IsFailedStream(client, body);
        Assert.Contains("too busy", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_open_stream_that_is_silent_gets_keep_alives_of_its_dialect()
    {
        foreach (var (client, word) in ((Dialect, string)[])[(Dialect.Anthropic, "event: ping\n"), (Dialect.OpenAIChat, ": keep-alive\n"), (Dialect.OpenAIResponses, "event: response.in_progress\n")])
        {
            await using var proxy = await StartAsync("\"Streams\": {\"keepAliveMs\": 1000}, ");
            var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var frames = Wire.Frames(Dialect.Gemini);
            _upstream.Answer(ScriptedReply.Events([.. frames[..2], string.Concat(frames[2..])]) with { BeforeLast = go.Task });
            using var response = await proxy.PostAsync(Wire.Path(client, "pg,m", true), Wire.Body(client, "pg,m", true));
            var stream = await response.Content.ReadAsStreamAsync();
            var text = new StringBuilder();
            var buffer = new byte[4096];
            var before = 0;
            do
            {
                text.Append(Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer)));
                before = before == 0 && text.ToString().Contains("Hello", StringComparison.Ordinal) ? text.Length : before;
            }
            while (before == 0 || !text.ToString()[before..].Contains(word, StringComparison.Ordinal));
            go.SetResult();
            text.Append(await new StreamReader(stream).ReadToEndAsync());
            Assert.Equal(("Hello world", true), Wire.ReadText(client, text.ToString(), true));
        }
    }

    private ScriptedReply Silent(string[] frames) => ScriptedReply.Events([.. frames, ""]) with { BeforeLast = _never.Task };

    private Task<RunningProxy> StartAsync(string more) => RunningProxy.StartAsync(Config(more));

    private string Config(string more, string provider = "") => Wire.Config(_upstream.BaseAddress, more, provider)
        .Replace($"{_upstream.BaseAddress}v1/chat/completions", $"{_second.BaseAddress}v1/chat/completions", StringComparison.Ordinal);
}
