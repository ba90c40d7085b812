using System.Net;
using System.Text.Json;
using Ccr.Simulator;

namespace Ccr.Tests.Proxy;

/// <summary>Targets that fail before the first content: the next one answers, or the client is told in its own dialect.</summary>
public sealed class FailoverTests : IAsyncLifetime
{
    private RunningSimulator _simulator = null!;

    public async Task InitializeAsync() => _simulator = await SimulatorHost.StartAsync();

    public async Task DisposeAsync() => await _simulator.DisposeAsync();

    [Theory]
    [InlineData("native", "status=500")]
    [InlineData("native", "status=529")]
    [InlineData("native", "status=429")]
    [InlineData("native", "status=401")]
    [InlineData("native", "status=404")]
    [InlineData("native", "reset")]
    [InlineData("native", "error-event=0")]
    [InlineData("native", "error-in-200")]
    [InlineData("native", "html")]
    [InlineData("native", "empty")]
    [InlineData("native", "cut=0")]
    [InlineData("native", "malformed=1")]
    [InlineData("chat", "status=500")]
    [InlineData("chat", "status=429")]
    [InlineData("chat", "status=401")]
    [InlineData("chat", "reset")]
    [InlineData("chat", "error-event=0")]
    [InlineData("chat", "error-in-200")]
    [InlineData("chat", "html")]
    [InlineData("chat", "empty")]
    [InlineData("chat", "cut=0")]
    [InlineData("chat", "malformed=1")]
    public async Task The_next_target_answers_and_the_client_sees_one_whole_message(string first, string fault)
    {
        await using var proxy = await StartAsync($"{first},sim-text+{fault}", "\"native,sim-text\"");
        var (response, body) = await proxy.AskAsync(MessagesTests.Body("claude-x", true));
        using (response)
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("2", response.Headers.GetValues("x-ccr-attempts").Single());
            Assert.Equal("native,sim-text", response.Headers.GetValues("x-ccr-tier").Single());
            var message = AnthropicStream.Read(body);
            Assert.Equal("end_turn", message.StopReason);
            Assert.NotEqual("", message.Text);
        }
    }

    [Fact]
    public async Task A_dead_port_is_a_failure_like_any_other()
    {
        await using var proxy = await RunningProxy.StartAsync($$$"""
            {"LOG":false,"Providers":[{"name":"dead","api_base_url":"http://127.0.0.1:1/v1/chat/completions","api_key":"k","models":["m"]},
             {"name":"native","api_base_url":"{{{_simulator.BaseAddress}}}v1/messages","api_key":"k","models":["sim-text"]}],
             "Router":{"default":"dead,m","tierRetries":{"*":{"max_retries":0} } },"fallback":{"default":["native,sim-text"]}}
            """);
        var (response, _) = await proxy.AskAsync(MessagesTests.Body("claude-x", false));
        using (response)
        {
            Assert.Equal("2", response.Headers.GetValues("x-ccr-attempts").Single());
        }
    }

    [Theory]
    [InlineData("native")]
    [InlineData("chat")]
    public async Task A_bad_request_is_told_and_not_tried_elsewhere(string provider)
    {
        await using var proxy = await StartAsync($"{provider},sim-text+status=400+message=bad tool", "\"native,sim-text\"");
        var (response, body) = await proxy.AskAsync(MessagesTests.Body("claude-x", true));
        using (response)
        {
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Contains("bad tool", Error(body, "invalid_request_error"), StringComparison.Ordinal);
            Assert.Equal(0, _simulator.Counts("sim-text").Requests);
        }
    }

    [Fact]
    public async Task P025_a_context_overflow_has_the_wording_that_makes_claude_code_compact()
    {
        await using var proxy = await StartAsync("chat,sim-text+status=400+code=context_length_exceeded+message=maximum context length is 8192 tokens but you sent 9001", "");
        var (response, body) = await proxy.AskAsync(MessagesTests.Body("claude-x", true));
        using (response)
        {
            Assert.StartsWith("prompt is too long: 9001 tokens > 8192 maximum", Error(body, "invalid_request_error"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("native")]
    [InlineData("chat")]
    public async Task A_key_that_the_provider_refuses_is_not_the_clients_fault(string provider)
    {
        await using var proxy = await StartAsync($"{provider},sim-text+status=401+message=bad key {provider}-secret-key", "");
        var (response, body) = await proxy.AskAsync(MessagesTests.Body("claude-x", false));
        using (response)
        {
            Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
            var message = Error(body, "api_error");
            Assert.EndsWith("): bad key ***", message, StringComparison.Ordinal);
            Assert.Contains($"Error from provider({provider},", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("native")]
    [InlineData("chat")]
    public async Task When_all_are_rate_limited_the_client_gets_429_and_how_long_to_wait(string provider)
    {
        await using var proxy = await StartAsync($"{provider},sim-text+status=429+retry-after=7", "\"chat,sim-tool+status=429+retry-after=9\"");
        var (response, body) = await proxy.AskAsync(MessagesTests.Body("claude-x", true));
        using (response)
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
            Assert.Equal("9", response.Headers.GetValues("retry-after").Single());
            Assert.Contains("rate_limited", Error(body, "rate_limit_error"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_429_without_retry_after_gets_one_and_a_long_one_is_shortened()
    {
        await using var proxy = await StartAsync("native,sim-text+status=429", "");
        using var bare = (await proxy.AskAsync(MessagesTests.Body("claude-x", true))).Response;
        Assert.Equal("5", bare.Headers.GetValues("retry-after").Single());
        using var longer = (await proxy.AskAsync(MessagesTests.Body("native,sim-text+status=429+retry-after=3000", true))).Response;
        Assert.Equal("60", longer.Headers.GetValues("retry-after").Single());
    }

    [Fact]
    public async Task A_silent_target_is_left_after_the_time_limit()
    {
        await using var proxy = await RunningProxy.StartAsync(RunningProxy.Config(_simulator.BaseAddress, "\"default\": \"chat,sim-text+hang\"", "\"API_TIMEOUT_MS\": 300, \"fallback\": {\"default\": [\"native,sim-text\"]},"));
        var (response, _) = await proxy.AskAsync(MessagesTests.Body("claude-x", true));
        using (response)
        {
            Assert.Equal("native,sim-text", response.Headers.GetValues("x-ccr-tier").Single());
        }
    }

    [Fact]
    public async Task A_stall_after_content_ends_in_an_error_event()
    {
        await using var proxy = await RunningProxy.StartAsync(RunningProxy.Config(_simulator.BaseAddress, "\"default\": \"chat,sim-text+events=9+stall=8\"", "\"API_TIMEOUT_MS\": 500,"));
        var (response, body) = await proxy.AskAsync(MessagesTests.Body("claude-x", true));
        using (response)
        {
            Assert.Contains("\"type\":\"timeout_error\"", body, StringComparison.Ordinal);
            Assert.DoesNotContain("message_stop", body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_record_names_every_attempt()
    {
        await using var proxy = await StartAsync("chat,sim-text+status=503", "\"native,sim-text\"");
        (await proxy.AskAsync(MessagesTests.Body("claude-x", true))).Response.Dispose();
        var record = JsonDocument.Parse(await proxy.Client.GetStringAsync("/api/requests?limit=1")).RootElement.GetProperty("requests")[0];
        var attempts = record.GetProperty("attempts");
        Assert.Equal(2, attempts.GetArrayLength());
        Assert.Equal("overloaded", attempts[0].GetProperty("failure").GetString());
        Assert.Equal(JsonValueKind.Null, attempts[1].GetProperty("failure").ValueKind);
        Assert.Equal("native", record.GetProperty("provider").GetString());
        Assert.Equal("default", record.GetProperty("scenario").GetString());

        // The client got its answer: the request did not fail, one of its targets did.
        Assert.Equal(JsonValueKind.Null, record.GetProperty("failure").ValueKind);
        var usage = JsonDocument.Parse(await proxy.Client.GetStringAsync("/v1/usage")).RootElement;
        Assert.Equal(0, usage.GetProperty("total_failures").GetInt64());
    }

    private static string Error(string body, string type)
    {
        var root = JsonDocument.Parse(body).RootElement;
        Assert.Equal("error", root.GetProperty("type").GetString());
        Assert.Equal(type, root.GetProperty("error").GetProperty("type").GetString());
        return root.GetProperty("error").GetProperty("message").GetString()!;
    }

    private Task<RunningProxy> StartAsync(string target, string fallback) =>
        RunningProxy.StartAsync(RunningProxy.Config(_simulator.BaseAddress, $"\"default\": \"{target}\"", fallback.Length == 0 ? "" : $"\"fallback\": {{\"default\": [{fallback}]}},"));
}
