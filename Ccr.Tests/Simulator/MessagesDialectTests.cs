using System.Text.Json.Nodes;
using Ccr.Simulator.Answers;

namespace Ccr.Tests.Simulator;

public sealed class MessagesDialectTests(SimulatorClient client) : IClassFixture<SimulatorClient>
{
    [Theory]
    [InlineData("claude-sonnet-4-5")]
    [InlineData("sim-demo")]
    [InlineData("sim-text")]
    [InlineData("sim-think")]
    [InlineData("sim-tool")]
    [InlineData("sim-think+tool")]
    [InlineData("sim-parallel")]
    [InlineData("sim-noargs")]
    [InlineData("sim-text+events=20+bytes=100")]
    [InlineData("sim-text+stop=max_tokens")]
    [InlineData("sim-text+stop=refusal+cached-tokens=10+input-tokens=15+cache-write-tokens=2+output-tokens=7")]
    public async Task A_stream_folds_to_the_whole_answer(string model)
    {
        var folded = AnthropicFold.Fold(await client.PostForEventsAsync(SimulatorClient.Messages(model, stream: true)));
        var whole = (await client.PostForJsonAsync(SimulatorClient.Messages(model, stream: false))).AsObject();

        // The ids differ with the request; input tokens follow from its size.
        Blank(folded);
        Blank(whole);
        Assert.Equal(whole.ToJsonString(), folded.ToJsonString());
    }

    [Fact]
    public async Task Thinking_comes_first_and_is_signed_by_its_text()
    {
        var message = AnthropicFold.Fold(await client.PostForEventsAsync(SimulatorClient.Messages("sim-think")));

        Assert.Equal(["thinking", "text"], message["content"]!.AsArray().Select(b => (string)b!["type"]!));
        var thinking = message["content"]![0]!;
        Assert.Contains("hello there", (string)thinking["thinking"]!, StringComparison.Ordinal);
        Assert.Equal(Signature.Of((string)thinking["thinking"]!), (string)thinking["signature"]!);
        Assert.Equal("end_turn", (string)message["stop_reason"]!);
    }

    [Fact]
    public async Task A_tool_call_names_the_shell_that_was_declared()
    {
        var message = AnthropicFold.Fold(await client.PostForEventsAsync(SimulatorClient.Messages("sim-tool")));

        var call = message["content"]![1]!;
        Assert.Equal("Bash", (string)call["name"]!);
        Assert.Equal("echo ccr-tool-ok", (string)call["input"]!["command"]!);
        Assert.NotNull(call["input"]!["description"]);
        Assert.Equal("tool_use", (string)message["stop_reason"]!);
    }

    [Fact]
    public async Task Arguments_come_in_pieces_behind_an_empty_one()
    {
        var pieces = Pieces(await client.PostForEventsAsync(SimulatorClient.Messages("sim-tool")));

        Assert.True(pieces.Count > 3);
        Assert.Equal("", pieces[0]);
        Assert.All(pieces.Skip(1), p => Assert.NotEqual("", p));
    }

    [Fact]
    public async Task A_call_without_arguments_has_only_the_empty_piece()
    {
        var events = await client.PostForEventsAsync(SimulatorClient.Messages("sim-noargs"));

        Assert.Equal([""], Pieces(events));
        Assert.Equal("Clock", (string)AnthropicFold.Fold(events)["content"]![1]!["name"]!);
    }

    [Fact]
    public async Task Parallel_calls_have_ids_of_their_own()
    {
        var message = AnthropicFold.Fold(await client.PostForEventsAsync(SimulatorClient.Messages("sim-parallel")));

        var calls = message["content"]!.AsArray().Where(b => (string)b!["type"]! == "tool_use").ToList();
        Assert.Equal(2, calls.Select(c => (string)c!["id"]!).Distinct().Count());
        Assert.All(calls, c => Assert.Matches("^toolu_[a-zA-Z0-9_-]+$", (string)c!["id"]!));
    }

    [Fact]
    public async Task Usage_counts_cached_tokens_beside_the_uncached_ones()
    {
        var usage = AnthropicFold.Fold(await client.PostForEventsAsync(SimulatorClient.Messages("sim-text+input-tokens=1000+cached-tokens=700+cache-write-tokens=100+output-tokens=42")))["usage"]!;

        Assert.Equal(200, (int)usage["input_tokens"]!);
        Assert.Equal(700, (int)usage["cache_read_input_tokens"]!);
        Assert.Equal(100, (int)usage["cache_creation_input_tokens"]!);
        Assert.Equal(42, (int)usage["output_tokens"]!);
    }

    [Fact]
    public async Task A_schema_for_the_output_is_kept()
    {
        var request = SimulatorClient.Messages("claude-haiku-4-5", stream: false);
        request["output_config"] = JsonNode.Parse("""{"format":{"type":"json_schema","schema":{"type":"object","properties":{"title":{"type":"string"}},"required":["title"]}}}""");

        var text = (string)(await client.PostForJsonAsync(request))["content"]![0]!["text"]!;

        Assert.Equal("""{"title":"sample"}""", text);
    }

    [Fact]
    public async Task Tokens_are_counted_without_an_answer()
    {
        using var response = await client.PostRawAsync("/v1/messages/count_tokens?beta=true", """{"model":"sim-input-tokens=77","messages":[{"role":"user","content":"x"}],"tools":[]}""");

        Assert.Equal("""{"input_tokens":77}""", await response.Content.ReadAsStringAsync());
    }

    private static List<string> Pieces(IEnumerable<System.Net.ServerSentEvents.SseItem<string>> events) =>
        [.. events.Select(e => JsonNode.Parse(e.Data)!["delta"]?["partial_json"]).OfType<JsonNode>().Select(p => (string)p!)];

    private static void Blank(JsonObject message)
    {
        message["id"] = "";
        foreach (var block in message["content"]!.AsArray().Where(b => b!["id"] is not null))
        {
            block!["id"] = "";
        }

        if (!((string)message["model"]!).Contains("input-tokens", StringComparison.Ordinal))
        {
            message["usage"]!["input_tokens"] = 0;
        }
    }
}
