using System.Text.Json;
using Ccr.Simulator;

namespace Ccr.Tests.Proxy;

/// <summary>What only a server of the client's own dialect could answer is refused before another is asked.</summary>
public sealed class UntranslatableTests
{
    [Theory]
    [InlineData("/v1/messages", """{"model":"chat,sim-text","max_tokens":9,"thread":{"type":"create"},"messages":[{"role":"user","content":"a"}]}""", "thread")]
    [InlineData("/v1/messages", """{"model":"chat,sim-text","max_tokens":9,"mcp_servers":[{"name":"x"}],"messages":[{"role":"user","content":"a"}]}""", "mcp_servers")]
    [InlineData("/v1/responses", """{"model":"chat,sim-text","previous_response_id":"resp_unknown","input":"a"}""", "previous_response_id")]
    [InlineData("/v1/responses", """{"model":"chat,sim-text","conversation":"conv_1","input":"a"}""", "conversation")]
    [InlineData("/v1/responses", """{"model":"chat,sim-text","prompt":{"id":"p"},"input":"a"}""", "prompt")]
    [InlineData("/v1beta/models/chat%2Csim-text:generateContent", """{"cachedContent":"c","contents":[{"role":"user","parts":[{"text":"a"}]}]}""", "cachedContent")]
    public async Task What_a_provider_of_another_dialect_cannot_know_is_refused_by_name(string path, string body, string field)
    {
        await using var simulator = await SimulatorHost.StartAsync();
        await using var proxy = await RunningProxy.StartAsync(RunningProxy.Config(simulator.BaseAddress, "\"default\": \"chat,sim-text\""));
        using var response = await proxy.PostAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains(field, JsonDocument.Parse(text).RootElement.GetProperty("error").GetProperty("message").GetString()!, StringComparison.Ordinal);
        if (field == "thread")
        {
            // The official SDK's tool runner then sends whole conversations.
            Assert.Contains("\"details\":{\"error_code\":\"thread_unsupported_request\",\"unsupported\":[\"thread\"]}", text, StringComparison.Ordinal);
        }
        else if (field == "previous_response_id")
        {
            Assert.Contains("\"code\":\"previous_response_not_found\"", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Empty_and_null_fields_ask_for_nothing()
    {
        await using var simulator = await SimulatorHost.StartAsync();
        await using var proxy = await RunningProxy.StartAsync(RunningProxy.Config(simulator.BaseAddress, "\"default\": \"chat,sim-text\""));
        using var response = await proxy.PostAsync("""{"model":"m","max_tokens":9,"thread":null,"mcp_servers":[],"messages":[{"role":"user","content":"a"}]}""");
        Assert.Equal(200, (int)response.StatusCode);
    }
}
