using System.Text.Json;
using Ccr.Simulator;

namespace Ccr.Tests.Proxy;

/// <summary>Which target each kind of request goes to, seen from outside.</summary>
public sealed class RoutingTests : IAsyncLifetime
{
    private const string Routes = """
        "default": "native,sim-text", "background": "native,sim-text+events=1", "think": "native,sim-text+events=2", "longContext": "native,sim-text+events=3",
        "longContextThreshold": 1000, "webSearch": "native,sim-text+events=4", "image": "native,sim-text+events=5"
        """;

    private RunningSimulator _simulator = null!;
    private RunningProxy _proxy = null!;

    public async Task InitializeAsync()
    {
        _simulator = await SimulatorHost.StartAsync();
        _proxy = await RunningProxy.StartAsync(RunningProxy.Config(_simulator.BaseAddress, Routes));
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _simulator.DisposeAsync();
    }

    [Theory]
    [InlineData("default", "claude-sonnet-4-5", "")]
    [InlineData("default", "gpt-5", "\"thinking\":{\"type\":\"disabled\"},")]
    [InlineData("background", "claude-haiku-4-5", "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2000},")]
    [InlineData("think", "claude-sonnet-4-5", "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2000},")]
    [InlineData("think", "claude-sonnet-4-5", "\"thinking\":{\"type\":\"adaptive\"},")]
    [InlineData("webSearch", "claude-sonnet-4-5", "\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}],\"thinking\":{\"type\":\"adaptive\"},")]
    [InlineData("direct", "NATIVE,SIM-TEXT", "\"thinking\":{\"type\":\"adaptive\"},")]
    public async Task A_request_takes_the_first_rule_that_fits(string scenario, string model, string fields)
    {
        Assert.Equal(scenario, await ScenarioAsync($$"""{"model":"{{model}}",{{fields}}"max_tokens":10,"messages":[{"role":"user","content":"hi"}]}"""));
    }

    [Fact]
    public async Task An_image_in_the_newest_message_or_in_a_tools_result_takes_the_image_route()
    {
        const string image = """{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}""";
        Assert.Equal("image", await ScenarioAsync($$$"""{"model":"m","max_tokens":10,"messages":[{"role":"user","content":[{{{image}}}]}]}"""));
        Assert.Equal("image", await ScenarioAsync($$$"""{"model":"m","max_tokens":10,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"Bash","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{{{image}}}]}]}]}"""));
        Assert.Equal("default", await ScenarioAsync($$$"""{"model":"m","max_tokens":10,"messages":[{"role":"user","content":[{{{image}}}]},{"role":"assistant","content":"ok"},{"role":"user","content":"next"}]}"""));
    }

    [Fact]
    public async Task A_long_request_is_counted_and_goes_to_the_long_context_route()
    {
        var words = string.Join(' ', Enumerable.Repeat("word", 1500));
        Assert.Equal("longContext", await ScenarioAsync($$"""{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":"{{words}}"}]}"""));
        var record = await LastRecordAsync();
        Assert.InRange(record.GetProperty("routingTokens").GetInt64(), 1500, 1600);
        Assert.Equal("local", record.GetProperty("routingTokensSource").GetString());
    }

    [Fact]
    public async Task A_short_request_is_decided_by_its_size_and_a_middling_one_by_its_count()
    {
        await ScenarioAsync("""{"model":"m","max_tokens":10,"messages":[{"role":"user","content":"hi"}]}""");
        Assert.Equal("size", (await LastRecordAsync()).GetProperty("routingTokensSource").GetString());

        // More bytes than the threshold, but fewer tokens.
        Assert.Equal("default", await ScenarioAsync($$"""{"model":"m","max_tokens":10,"messages":[{"role":"user","content":"{{string.Join(' ', Enumerable.Repeat("configuration", 200))}}"}]}"""));
        Assert.Equal("local", (await LastRecordAsync()).GetProperty("routingTokensSource").GetString());
    }

    [Fact]
    public async Task Rules_without_a_route_are_passed_over()
    {
        await using var proxy = await RunningProxy.StartAsync(RunningProxy.Config(_simulator.BaseAddress, "\"default\": \"native,sim-text\""));
        (await proxy.AskAsync("""{"model":"claude-haiku-4-5","thinking":{"type":"adaptive"},"max_tokens":10,"messages":[{"role":"user","content":"hi"}]}""")).Response.Dispose();
        var record = JsonDocument.Parse(await proxy.Client.GetStringAsync("/api/requests?limit=1")).RootElement.GetProperty("requests")[0];
        Assert.Equal("default", record.GetProperty("scenario").GetString());
        Assert.Equal(JsonValueKind.Null, record.GetProperty("routingTokens").ValueKind);
    }

    [Fact]
    public async Task Models_are_listed_in_the_callers_shape()
    {
        var openai = JsonDocument.Parse(await _proxy.Client.GetStringAsync("/v1/models")).RootElement;
        Assert.Equal("list", openai.GetProperty("object").GetString());
        Assert.Equal(["native,sim-text", "chat,sim-text"], openai.GetProperty("data").EnumerateArray().Select(m => m.GetProperty("id").GetString()));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models?limit=1000");
        request.Headers.Add("anthropic-version", "2023-06-01");
        using var response = await _proxy.Client.SendAsync(request);
        var anthropic = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.False(anthropic.GetProperty("has_more").GetBoolean());
        Assert.Equal("native,sim-text", anthropic.GetProperty("first_id").GetString());
        Assert.All(anthropic.GetProperty("data").EnumerateArray(), m => Assert.Equal("model", m.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task Tokens_are_counted_on_request_and_HEAD_is_answered()
    {
        using var response = await _proxy.PostAsync("/v1/messages/count_tokens?beta=true", """{"model":"m","messages":[{"role":"user","content":"hello world"}],"tools":[]}""");
        var count = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("input_tokens").GetInt32();
        Assert.InRange(count, 2, 40);
        using var head = await _proxy.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/"));
        Assert.True(head.IsSuccessStatusCode);
    }

    private async Task<string> ScenarioAsync(string body)
    {
        (await _proxy.AskAsync(body)).Response.Dispose();
        return (await LastRecordAsync()).GetProperty("scenario").GetString()!;
    }

    private async Task<JsonElement> LastRecordAsync() =>
        JsonDocument.Parse(await _proxy.Client.GetStringAsync("/api/requests?limit=1")).RootElement.GetProperty("requests")[0];
}
