using System.Text.Json.Nodes;

namespace Ccr.Tests.Simulator;

public sealed class ChatDialectTests(SimulatorClient client) : IClassFixture<SimulatorClient>
{
    [Theory]
    [InlineData("gpt-5", "stop")]
    [InlineData("sim-text", "stop")]
    [InlineData("sim-think", "stop")]
    [InlineData("sim-tool", "tool_calls")]
    [InlineData("sim-think+parallel", "tool_calls")]
    [InlineData("sim-noargs", "tool_calls")]
    [InlineData("sim-text+stop=max_tokens", "length")]
    [InlineData("sim-text+stop=refusal", "content_filter")]
    public async Task A_stream_folds_to_the_whole_answer(string model, string finish)
    {
        var folded = ChatFold.Fold(await client.PostForEventsAsync(SimulatorClient.Chat(model, stream: true)));
        var whole = await client.PostForJsonAsync(SimulatorClient.Chat(model, stream: false));

        var choice = Assert.Single(whole["choices"]!.AsArray())!;
        Assert.Equal(finish, (string)choice["finish_reason"]!);
        Assert.Equal(finish, (string)folded["finish_reason"]!);
        foreach (var name in (string[])["role", "content", "reasoning_content"])
        {
            Assert.Equal((string?)choice["message"]![name], (string?)folded["message"]![name]);
        }

        Assert.Equal(Calls(choice["message"]!), Calls(folded["message"]!));
        Assert.Equal((int)whole["usage"]!["completion_tokens"]!, (int)folded["usage"]!["completion_tokens"]!);
    }

    [Fact]
    public async Task Arguments_come_in_pieces_and_are_JSON_when_joined()
    {
        var message = ChatFold.Fold(await client.PostForEventsAsync(SimulatorClient.Chat("sim-parallel")))["message"]!;

        var arguments = message["tool_calls"]!.AsArray().Select(c => JsonNode.Parse((string)c!["function"]!["arguments"]!)!).ToList();
        Assert.Equal(["echo ccr-tool-ok", "echo ccr-tool-ok-2"], arguments.Select(a => (string)a["command"]!));
    }

    [Fact]
    public async Task Usage_comes_only_when_it_is_asked_for()
    {
        var request = SimulatorClient.Chat("sim-text+input-tokens=1000+cached-tokens=700+cache-write-tokens=100+output-tokens=42");

        var usage = ChatFold.Fold(await client.PostForEventsAsync(request))["usage"]!;
        request.Remove("stream_options");
        var without = ChatFold.Fold(await client.PostForEventsAsync(request));

        Assert.Equal(1000, (int)usage["prompt_tokens"]!);
        Assert.Equal(42, (int)usage["completion_tokens"]!);
        Assert.Equal(1042, (int)usage["total_tokens"]!);
        Assert.Equal(700, (int)usage["prompt_tokens_details"]!["cached_tokens"]!);
        Assert.Null(without["usage"]);
    }

    [Theory]
    [InlineData("""{"type":"json_object"}""", "{}")]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object","properties":{"n":{"type":"integer","minimum":3}},"required":["n"]}}}""", """{"n":3}""")]
    public async Task A_format_for_the_output_is_kept(string format, string expected)
    {
        var request = SimulatorClient.Chat("gpt-5", stream: false);
        request["response_format"] = JsonNode.Parse(format);

        Assert.Equal(expected, (string)(await client.PostForJsonAsync(request))["choices"]![0]!["message"]!["content"]!);
    }

    private static IEnumerable<string> Calls(JsonNode message) =>
        (message["tool_calls"]?.AsArray() ?? []).Select(c => $"{c!["function"]!["name"]} {c["function"]!["arguments"]}");
}
