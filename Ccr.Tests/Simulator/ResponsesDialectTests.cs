using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Ccr.Tests.Simulator;

public sealed partial class ResponsesDialectTests(SimulatorClient client) : IClassFixture<SimulatorClient>
{
    [Theory]
    [InlineData("gpt-5", "completed", "message")]
    [InlineData("sim-text", "completed", "message")]
    [InlineData("sim-think", "completed", "reasoning message")]
    [InlineData("sim-tool", "completed", "message function_call")]
    [InlineData("sim-think+parallel", "completed", "reasoning message function_call function_call")]
    [InlineData("sim-noargs", "completed", "message function_call")]
    [InlineData("sim-text+stop=max_tokens", "incomplete", "message")]
    [InlineData("sim-text+stop=refusal", "incomplete", "message")]
    public async Task A_stream_folds_to_the_whole_answer(string model, string status, string items)
    {
        var folded = ResponsesFold.Fold(await client.PostForEventsAsync(SimulatorClient.Responses(model, stream: true)));
        var whole = await client.PostForJsonAsync(SimulatorClient.Responses(model, stream: false));

        Assert.Equal(status, (string)whole["status"]!);
        Assert.Equal(items, string.Join(' ', whole["output"]!.AsArray().Select(i => (string)i!["type"]!)));
        // The ids follow from the body, and that differs by "stream".
        Assert.Equal(IdDigits().Replace(Bare(whole), "ID"), IdDigits().Replace(Bare(folded), "ID"));
    }

    [Fact]
    public async Task Reasoning_is_encrypted_and_only_its_last_form_is_good()
    {
        var events = await client.PostForEventsAsync(SimulatorClient.Responses("sim-think"));

        var added = (string)JsonNode.Parse(events.First(e => e.EventType == "response.output_item.added").Data)!["item"]!["encrypted_content"]!;
        var done = (string)JsonNode.Parse(events.First(e => e.EventType == "response.output_item.done").Data)!["item"]!["encrypted_content"]!;
        Assert.NotEqual(added, done);
    }

    [Fact]
    public async Task Usage_has_both_details()
    {
        var usage = (await client.PostForJsonAsync(SimulatorClient.Responses("sim-think+input-tokens=1000+cached-tokens=700+cache-write-tokens=100+output-tokens=42", stream: false)))["usage"]!;

        Assert.Equal(1000, (int)usage["input_tokens"]!);
        Assert.Equal(700, (int)usage["input_tokens_details"]!["cached_tokens"]!);
        Assert.Equal(100, (int)usage["input_tokens_details"]!["cache_write_tokens"]!);
        Assert.Equal(42, (int)usage["output_tokens"]!);
        Assert.True((int)usage["output_tokens_details"]!["reasoning_tokens"]! > 0);
        Assert.Equal(1042, (int)usage["total_tokens"]!);
    }

    [Fact]
    public async Task A_custom_tool_is_called_with_free_text()
    {
        var request = SimulatorClient.Responses("sim-tool+strict", stream: true);
        request["tools"] = JsonNode.Parse("""[{"type":"custom","name":"apply_patch","format":{"type":"text"}}]""");

        var call = ResponsesFold.Fold(await client.PostForEventsAsync(request))["output"]![1]!;

        Assert.Equal("custom_tool_call", (string)call["type"]!);
        Assert.StartsWith("*** Begin Patch\n", (string)call["input"]!, StringComparison.Ordinal);
        Assert.Null(call["arguments"]);
    }

    [Theory]
    [InlineData("mcp__echo", "mcp__echo")]
    [InlineData("functions", null)]
    public async Task A_namespace_comes_back_with_the_call(string space, string? expected)
    {
        var request = SimulatorClient.Responses("sim-tool+strict", stream: false);
        request["tools"] = JsonNode.Parse("""[{"type":"namespace","name":"SPACE","description":"d","tools":[{"type":"function","name":"say","parameters":{"type":"object","properties":{}}}]}]""".Replace("SPACE", space, StringComparison.Ordinal));

        var call = (await client.PostForJsonAsync(request))["output"]![1]!;

        Assert.Equal("say", (string)call["name"]!);
        Assert.Equal(expected, (string?)call["namespace"]);
    }

    [Fact]
    public async Task Tools_may_come_as_an_item_and_codes_cell_runs_a_command()
    {
        var request = SimulatorClient.Responses("sim-tool+strict", stream: false);
        request.Remove("tools");
        request["input"]!.AsArray().Insert(0, JsonNode.Parse("""
            {"type":"additional_tools","role":"developer","tools":[{"type":"namespace","name":"functions","tools":[{"type":"custom","name":"exec"},{"type":"function","name":"wait","parameters":{"type":"object","properties":{}}}]}]}
            """));

        var call = (await client.PostForJsonAsync(request))["output"]![1]!;

        Assert.Equal("exec", (string)call["name"]!);
        Assert.Contains("echo ccr-tool-ok", (string)call["input"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"none\"", null)]
    [InlineData("\"required\"", "Bash")]
    [InlineData("""{"type":"function","name":"Clock"}""", "Clock")]
    [InlineData("""{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"Clock"}]}""", "Clock")]
    public async Task The_callers_tool_choice_is_kept(string choice, string? called)
    {
        var request = SimulatorClient.Responses("gpt-5", stream: false);
        request["tool_choice"] = JsonNode.Parse(choice);

        var output = (await client.PostForJsonAsync(request))["output"]!.AsArray();

        Assert.Equal(called, (string?)output.FirstOrDefault(i => (string)i!["type"]! == "function_call")?["name"]);
    }

    [Fact]
    public async Task A_response_says_again_what_it_was_asked()
    {
        var request = SimulatorClient.Responses("sim-text", stream: false);
        request["instructions"] = "be brief";
        request["store"] = false;
        request["text"] = JsonNode.Parse("""{"format":{"type":"json_schema","name":"n","schema":{"type":"object","properties":{"n":{"type":"integer","minimum":3}},"required":["n"]}}}""");

        var response = await client.PostForJsonAsync(request);

        Assert.Equal("be brief", (string)response["instructions"]!);
        Assert.False((bool)response["store"]!);
        Assert.Equal(2, response["tools"]!.AsArray().Count);
        Assert.Equal("auto", (string)response["tool_choice"]!);
        Assert.Equal("""{"n":3}""", (string)response["output"]![0]!["content"]![0]!["text"]!);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Padding_can_be_turned_off(bool padded)
    {
        var request = SimulatorClient.Responses("sim-text");
        request["stream_options"] = new JsonObject { ["include_obfuscation"] = padded };

        Assert.Equal(padded, (await client.PostForEventsAsync(request)).Exists(e => e.Data.Contains("obfuscation\":\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Stamps_are_the_same_wherever_the_text_is_said_again()
    {
        var response = ResponsesFold.Fold(await client.PostForEventsAsync(SimulatorClient.Responses("sim-text+stamp+events=4")));

        Assert.DoesNotContain("@0000000000000000000@", response.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_tokens_are_counted()
    {
        using var response = await client.PostRawAsync("/v1/responses/input_tokens", """{"model":"sim-text+input-tokens=77","input":"hello"}""");
        var counted = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        Assert.Equal("response.input_tokens", (string)counted["object"]!);
        Assert.Equal(77, (int)counted["input_tokens"]!);
    }

    private static string Bare(JsonNode response)
    {
        var bare = response.DeepClone().AsObject();
        bare.Remove("usage");
        foreach (var item in bare["output"]!.AsArray().Where(i => (string)i!["type"]! == "reasoning"))
        {
            Assert.NotEmpty((string)item!["encrypted_content"]!);
            item.AsObject().Remove("encrypted_content");
        }

        return bare.ToJsonString();
    }

    [GeneratedRegex("(?<=_)[0-9a-f]{24}")]
    private static partial Regex IdDigits();
}
