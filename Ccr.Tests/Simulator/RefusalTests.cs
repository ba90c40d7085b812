using System.Text.Json.Nodes;

namespace Ccr.Tests.Simulator;

/// <summary>What real providers refuse, the simulator refuses too: it is the judge of translated requests.</summary>
public sealed class RefusalTests(SimulatorClient client) : IClassFixture<SimulatorClient>
{
    private const string Call = """{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"Bash","input":{}}]}""";
    private const string ChatCall = """{"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"Bash","arguments":"{}"}}]}""";

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{\"model\":", "not JSON: line 1, byte 10")]
    [InlineData("""{"max_tokens":1,"messages":[{"role":"user","content":"x"}]}""", "model: field required")]
    [InlineData("""{"model":7,"max_tokens":1,"messages":[{"role":"user","content":"x"}]}""", "model: field required")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}]}""", "max_tokens: field required")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[]}""", "messages: field required")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":"x"}""", "messages: expected an array, got a string")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"tool","content":"x"}]}""", "messages.0.role")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":""}]}""", "non-empty content")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"text","text":" "}]}]}""", "text content blocks must be non-empty")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"},""" + Call + "]}", "without `tool_result` blocks immediately after: t1")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"},""" + Call + """,{"role":"assistant","content":"y"}]}""", "without `tool_result`")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"},""" + Call + """,{"role":"user","content":"y"}]}""", "without `tool_result`")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t9","content":"x"}]}]}""", "unexpected `tool_use_id` found in `tool_result` blocks: t9")]
    [InlineData("""{"model":"m","max_tokens":1,"tools":[{"description":"x"}],"messages":[{"role":"user","content":"x"}]}""", "name: field required")]
    [InlineData("""{"model":"sim-strict","max_tokens":1,"reasoning_effort":"low","messages":[{"role":"user","content":"x"}]}""", "reasoning_effort: Extra inputs")]
    [InlineData("""{"model":"sim-strict","max_tokens":1,"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"a","signature":"b"}]},{"role":"user","content":"x"}]}""", "Invalid `signature` in `thinking` block")]
    [InlineData("""{"model":"sim-cached-tokens=100+input-tokens=10","max_tokens":1,"messages":[{"role":"user","content":"x"}]}""", "more than the 10 of the input")]
    public async Task Messages_refuses_by_name(string body, string expected)
    {
        using var response = await client.PostRawAsync("/v1/messages", body);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("error", (string)error["type"]!);
        Assert.Equal("invalid_request_error", (string)error["error"]!["type"]!);
        Assert.Contains(expected, (string)error["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":null}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"assistent","content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"model":"m","tools":[],"messages":[{"role":"user","content":"x"}]}""", "Invalid 'tools': empty array")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"},""" + ChatCall + "]}", "did not have response messages: t1")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"},""" + ChatCall + """,{"role":"user","content":"y"}]}""", "did not have response messages: t1")]
    [InlineData("""{"model":"m","messages":[{"role":"tool","tool_call_id":"t9","content":"x"}]}""", "must be a response to a preceding message")]
    [InlineData("""{"model":"sim-strict","thinking":{},"messages":[{"role":"user","content":"x"}]}""", "thinking: Extra inputs")]
    [InlineData("""{"model":"sim-strict","messages":[{"role":"user","content":"x"},{"role":"assistant","content":null}]}""", "messages[1].content")]
    [InlineData("""{"model":"sim-strict","messages":[{"role":"user","content":"x"},""" + ChatCall + """,{"role":"tool","tool_call_id":"t1","content":[{"type":"image_url"}]}]}""", "text parts only")]
    public async Task Chat_refuses_by_name(string body, string expected)
    {
        using var response = await client.PostRawAsync("/openai/chat/completions", body);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("invalid_request_error", (string)error["type"]!);
        Assert.Contains(expected, (string)error["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_no_dialect_owns_says_which_there_are()
    {
        using var response = await client.PostRawAsync("/v1/embeddings", "{}");

        Assert.Equal(404, (int)response.StatusCode);
        Assert.Contains("/chat/completions", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
