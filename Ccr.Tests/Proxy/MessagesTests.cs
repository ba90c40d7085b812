using System.Net;
using System.Text.Json;
using Ccr.Simulator;

namespace Ccr.Tests.Proxy;

/// <summary>POST /v1/messages through the real proxy to the simulator, in both provider protocols.</summary>
public sealed class MessagesTests : IAsyncLifetime
{
    private RunningSimulator _simulator = null!;
    private RunningProxy _proxy = null!;

    public async Task InitializeAsync()
    {
        _simulator = await SimulatorHost.StartAsync();
        _proxy = await RunningProxy.StartAsync(RunningProxy.Config(_simulator.BaseAddress, "\"default\": \"native,sim-text\""));
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _simulator.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_pass_through_answer_is_the_providers_byte_for_byte(bool stream)
    {
        var (direct, through) = (Body("sim-tool+think", stream), Body("native,sim-tool+think", stream));
        using var http = new HttpClient { BaseAddress = _simulator.BaseAddress };
        using var content = new StringContent(direct, System.Text.Encoding.UTF8, "application/json");
        var expected = await (await http.PostAsync("/v1/messages", content)).Content.ReadAsByteArrayAsync();
        using var response = await _proxy.PostAsync(through);
        Assert.Equal(expected, await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_pass_through_request_keeps_its_bytes_its_query_and_its_headers_but_not_the_clients_key()
    {
        const string body = """{ "future_field":{"a":1.0,"z":[1e3]},"model" : "native,sim-text" ,"max_tokens":10,"messages":[{"role":"user","content":"größe"}] }""";
        using var response = await _proxy.PostAsync("/v1/messages?beta=true", body, r =>
        {
            r.Headers.Add("anthropic-beta", "one-2026, two-2026");
            r.Headers.Add("anthropic-version", "2026-10-21");
            r.Headers.Add("x-api-key", "the-clients-own-key");
            r.Headers.Add("x-claude-code-session-id", "s1");
        });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var seen = Assert.Single(_simulator.Requests);
        Assert.Equal(body.Replace("native,sim-text", "sim-text", StringComparison.Ordinal), seen.BodyText);
        Assert.Equal("/v1/messages?beta=true", seen.Path);
        Assert.Equal("one-2026, two-2026", seen.Headers["anthropic-beta"]);
        Assert.Equal("2026-10-21", seen.Headers["anthropic-version"]);
        Assert.Equal("s1", seen.Headers["x-claude-code-session-id"]);
        Assert.Equal(Hash("native-secret-key"), seen.Headers["x-api-key"]);
        Assert.False(seen.Headers.ContainsKey("authorization"));
    }

    [Theory]
    [InlineData("native")]
    [InlineData("chat")]
    public async Task A_stream_has_thinking_two_calls_and_usage(string provider)
    {
        var (response, body) = await _proxy.AskAsync(Body($"{provider},sim-parallel+think+input-tokens=100+cached-tokens=40+output-tokens=20", true));
        using (response)
        {
            Assert.StartsWith("text/event-stream", response.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
            var message = AnthropicStream.Read(body);
            Assert.Equal(["thinking", "tool_use", "tool_use"], message.Blocks.Where(b => b != "text"));
            Assert.Equal("tool_use", message.StopReason);
            Assert.All(message.ToolInputs, i => JsonDocument.Parse(i));
            Assert.Equal(60, message.Usage.GetProperty("input_tokens").GetInt32());
            Assert.Equal(40, message.Usage.GetProperty("cache_read_input_tokens").GetInt32());
            Assert.Equal(20, message.Usage.GetProperty("output_tokens").GetInt32());
            Assert.Equal("1", response.Headers.GetValues("x-ccr-attempts").Single());
        }
    }

    [Fact]
    public async Task A_translated_answer_carries_the_model_that_was_asked_for_and_our_message_id()
    {
        var (response, body) = await _proxy.AskAsync(Body("chat,sim-text", false));
        using (response)
        {
            var message = JsonDocument.Parse(body).RootElement;
            Assert.Equal("chat,sim-text", message.GetProperty("model").GetString());
            Assert.StartsWith("msg_", message.GetProperty("id").GetString(), StringComparison.Ordinal);
            Assert.Equal("end_turn", message.GetProperty("stop_reason").GetString());
            Assert.NotEqual("", message.GetProperty("content")[0].GetProperty("text").GetString());
        }
    }

    [Fact]
    public async Task A_tool_loop_finishes_over_a_chat_provider()
    {
        var (first, answer) = await _proxy.AskAsync(Body("chat,sim-tool", false));
        first.Dispose();
        var call = JsonDocument.Parse(answer).RootElement.GetProperty("content").EnumerateArray().Single(b => b.GetProperty("type").GetString() == "tool_use");
        var next = $$"""
            {"model":"chat,sim-tool","max_tokens":100,"tools":[{{Tool}}],"messages":[{"role":"user","content":"go"},{"role":"assistant","content":[{{call.GetRawText()}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":{{call.GetProperty("id").GetRawText()}},"content":[{"type":"text","text":"ccr-tool-ok"}]}]}]}
            """;
        var (second, final) = await _proxy.AskAsync(next);
        second.Dispose();
        Assert.Equal("end_turn", JsonDocument.Parse(final).RootElement.GetProperty("stop_reason").GetString());
    }

    [Theory]
    [InlineData("native")]
    [InlineData("chat")]
    public async Task A_stream_that_ends_in_the_middle_ends_in_an_error_event_and_never_in_message_stop(string provider)
    {
        var (response, body) = await _proxy.AskAsync(Body($"{provider},sim-text+events=20+eof=12", true));
        using (response)
        {
            Assert.DoesNotContain("message_stop", body, StringComparison.Ordinal);
            Assert.Contains("event: error\ndata: {\"type\":\"error\"", body, StringComparison.Ordinal);
            Assert.EndsWith("\n\n", body, StringComparison.Ordinal);
            AnthropicStream.Read(body);
        }
    }

    [Theory]
    [InlineData("native")]
    [InlineData("chat")]
    public async Task A_connection_that_breaks_never_looks_like_a_whole_answer(string provider)
    {
        // Where the break overtakes the content, nothing is committed and the client gets an error status; otherwise an error event.
        var (response, body) = await _proxy.AskAsync(Body($"{provider},sim-text+events=20+cut=8", true));
        using (response)
        {
            Assert.DoesNotContain("message_stop", body, StringComparison.Ordinal);
            Assert.Contains("\"type\":\"error\"", body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("native")]
    [InlineData("chat")]
    public async Task A_stream_that_ends_in_order_but_unfinished_is_no_success(string provider)
    {
        var (response, body) = await _proxy.AskAsync(Body($"{provider},sim-text+events=20+no-terminator", true));
        using (response)
        {
            Assert.DoesNotContain("message_stop", body, StringComparison.Ordinal);
            Assert.Contains("event: error", body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("native")]
    [InlineData("chat")]
    public async Task A_client_that_leaves_cancels_the_call_upstream(string provider)
    {
        using var leave = new CancellationTokenSource();
        using (var response = await _proxy.PostAsync(Body($"{provider},sim-text+events=50+stall=8", true), null, leave.Token))
        {
            var stream = await response.Content.ReadAsStreamAsync(leave.Token);
            Assert.True(await stream.ReadAsync(new byte[100], leave.Token) > 0);
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _simulator.WhenCountsAsync("sim-text+events=50+stall=8", c => c.Cancelled == 1, limit.Token);
    }

    [Fact]
    public async Task The_loss_report_is_told_when_asked_for()
    {
        var body = Body("chat,sim-text", false).Replace("\"max_tokens\"", "\"top_k\":5,\"max_tokens\"", StringComparison.Ordinal);
        var (response, _) = await _proxy.AskAsync(body, r => r.Headers.Add("x-ccr-loss", "1"));
        using (response)
        {
            Assert.Contains("top_k dropped", response.Headers.GetValues("x-ccr-loss").Single(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Both_ways_of_counting_a_pass_through_and_a_translation_give_a_record()
    {
        (await _proxy.AskAsync(Body("native,sim-text+input-tokens=10+output-tokens=5", true))).Response.Dispose();
        (await _proxy.AskAsync(Body("chat,sim-text+input-tokens=10+output-tokens=5", false))).Response.Dispose();
        var usage = JsonDocument.Parse(await _proxy.Client.GetStringAsync("/v1/usage")).RootElement;
        Assert.Equal(2, usage.GetProperty("total_requests").GetInt64());
        Assert.Equal(20, usage.GetProperty("total_input_tokens").GetInt64());
        Assert.Equal(10, usage.GetProperty("total_output_tokens").GetInt64());
        Assert.Equal(0, usage.GetProperty("active_requests").GetInt64());
    }

    internal const string Tool = """{"name":"Bash","description":"runs","input_schema":{"type":"object","properties":{"command":{"type":"string"}},"required":["command"]}}""";

    internal static string Body(string model, bool stream) =>
        $$"""{"model":"{{model}}","max_tokens":100,"stream":{{(stream ? "true" : "false")}},"tools":[{{Tool}}],"messages":[{"role":"user","content":"go"}]}""";

    private static string Hash(string key) => "sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key)))[..12];
}
