using System.Text.Json.Nodes;

namespace Ccr.Tests.Simulator;

public sealed class ToolLoopTests(SimulatorClient client) : IClassFixture<SimulatorClient>
{
    [Fact]
    public async Task Messages_a_result_in_the_history_brings_the_closing_text()
    {
        var request = SimulatorClient.Messages("sim-tool+strict", stream: false);
        var first = await AnswerAndAppendAsync(request, "ccr-tool-ok\n");

        var last = await client.PostForJsonAsync(request);

        Assert.Equal("tool_use", (string)first["stop_reason"]!);
        Assert.Equal("end_turn", (string)last["stop_reason"]!);
        Assert.Equal("Done. The tool answered: ccr-tool-ok", (string)last["content"]![0]!["text"]!);
    }

    [Fact]
    public async Task Messages_steps_are_counted_from_the_last_prompt()
    {
        var request = SimulatorClient.Messages("sim-tool+steps=2", stream: false);
        await AnswerAndAppendAsync(request, "one");

        Assert.Equal("tool_use", (string)(await AnswerAndAppendAsync(request, "two"))["stop_reason"]!);
        Assert.Equal("end_turn", (string)(await client.PostForJsonAsync(request))["stop_reason"]!);

        Messages(request).Add(JsonNode.Parse("""{"role":"assistant","content":"Done."}"""));
        Messages(request).Add(JsonNode.Parse("""{"role":"user","content":"Again, please"}"""));
        Assert.Equal("tool_use", (string)(await client.PostForJsonAsync(request))["stop_reason"]!);
    }

    [Fact]
    public async Task Messages_a_system_message_or_reminder_behind_the_result_does_not_hide_it()
    {
        var request = SimulatorClient.Messages("sim-tool", stream: false);
        await AnswerAndAppendAsync(request, "fine");
        Messages(request)[^1]!["content"]!.AsArray().Add(JsonNode.Parse("""{"type":"text","text":"<system-reminder>tidy up</system-reminder>"}"""));
        Messages(request).Add(JsonNode.Parse("""{"role":"system","content":[{"type":"text","text":"more"}]}"""));

        Assert.Equal("end_turn", (string)(await client.PostForJsonAsync(request))["stop_reason"]!);
    }

    [Fact]
    public async Task Chat_results_in_the_history_bring_the_closing_text_though_a_note_follows_them()
    {
        var request = SimulatorClient.Chat("sim-parallel+strict", stream: false);
        request.Remove("stream_options");
        var first = (await client.PostForJsonAsync(request))["choices"]![0]!["message"]!;
        var kept = first.DeepClone().AsObject();
        kept.Remove("refusal");
        Messages(request).Add(kept);
        // Real agents hand results back as the tools are done, not as they were called.
        foreach (var (call, result) in first["tool_calls"]!.AsArray().Zip((string[])["one", "two"]).Reverse())
        {
            Messages(request).Add(new JsonObject { ["role"] = "tool", ["tool_call_id"] = (string)call!["id"]!, ["content"] = result });
        }

        Messages(request).Add(JsonNode.Parse("""{"role":"user","content":"Attached media from tool result:"}"""));
        var last = (await client.PostForJsonAsync(request))["choices"]![0]!;

        Assert.Equal("stop", (string)last["finish_reason"]!);
        Assert.Equal("Done. The tool answered: one | two", (string)last["message"]!["content"]!);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Responses_outputs_in_the_history_bring_the_closing_text(bool interleaved)
    {
        var request = SimulatorClient.Responses("sim-parallel+think+strict", stream: false);
        request["store"] = false;
        var output = (await client.PostForJsonAsync(request))["output"]!.AsArray();
        var input = request["input"]!.AsArray();
        foreach (var item in output)
        {
            input.Add(item!.DeepClone());
        }

        var results = output.Where(i => (string)i!["type"]! == "function_call")
            .Zip((string[])["one", "two"], (call, text) => new JsonObject { ["type"] = "function_call_output", ["call_id"] = (string)call!["call_id"]!, ["output"] = text }).ToList();
        input.Insert(interleaved ? input.Count - 1 : input.Count, results[0]);
        input.Add(results[1]);
        input.Add(JsonNode.Parse("""{"type":"message","role":"user","content":[{"type":"input_text","text":"Attached media from tool result:"}]}"""));
        var last = await client.PostForJsonAsync(request);

        Assert.Equal(["reasoning", "message"], last["output"]!.AsArray().Select(i => (string)i!["type"]!));
        Assert.Equal(interleaved ? "Done. The tool answered: two" : "Done. The tool answered: one | two", (string)last["output"]![1]!["content"]![0]!["text"]!);
    }

    [Fact]
    public async Task Responses_steps_are_counted_from_the_last_prompt()
    {
        var request = SimulatorClient.Responses("sim-tool+steps=2+strict", stream: false);
        foreach (var text in (string[])["first", "second"])
        {
            var output = (await client.PostForJsonAsync(request))["output"]!.AsArray();
            var call = output.Single(i => (string)i!["type"]! == "function_call")!;
            foreach (var item in output)
            {
                request["input"]!.AsArray().Add(item!.DeepClone());
            }

            request["input"]!.AsArray().Add(new JsonObject { ["type"] = "function_call_output", ["call_id"] = (string)call["call_id"]!, ["output"] = new JsonArray(new JsonObject { ["type"] = "input_text", ["text"] = text }) });
        }

        var last = Assert.Single((await client.PostForJsonAsync(request))["output"]!.AsArray())!;
        Assert.Equal("Done. The tool answered: second", (string)last["content"]![0]!["text"]!);
    }

    [Fact]
    public async Task Gemini_responses_in_the_history_bring_the_closing_text()
    {
        var request = SimulatorClient.Gemini("sim-parallel+think+strict+as=gemini-3-pro", stream: false);
        var first = (await client.PostForJsonAsync(request))["candidates"]![0]!["content"]!;
        request["contents"]!.AsArray().Add(first.DeepClone());
        // Both calls are of one tool and without id: the order says which response is whose.
        request["contents"]!.AsArray().Add(JsonNode.Parse("""
            {"role":"user","parts":[{"functionResponse":{"name":"Bash","response":{"output":"one"}}},{"functionResponse":{"name":"Bash","response":{"output":"two"}}}]}
            """));
        var last = await client.PostForJsonAsync(request);

        Assert.Equal(["Bash", "Bash"], first["parts"]!.AsArray().Select(p => p!["functionCall"]).OfType<JsonNode>().Select(c => (string)c["name"]!));
        Assert.Equal("Done. The tool answered: one | two", (string)last["candidates"]![0]!["content"]!["parts"]![1]!["text"]!);
    }

    [Theory]
    [InlineData("""{"type":"none"}""", "sim-tool", "end_turn")]
    [InlineData("""{"type":"any"}""", "claude-sonnet-4-5", "tool_use")]
    [InlineData("""{"type":"tool","name":"Clock"}""", "claude-sonnet-4-5", "tool_use")]
    [InlineData("""{"type":"auto"}""", "claude-sonnet-4-5", "end_turn")]
    public async Task The_callers_tool_choice_is_kept(string choice, string model, string stop)
    {
        var request = SimulatorClient.Messages(model, stream: false);
        request["tool_choice"] = JsonNode.Parse(choice);

        var answer = await client.PostForJsonAsync(request);

        Assert.Equal(stop, (string)answer["stop_reason"]!);
        if (choice.Contains("Clock", StringComparison.Ordinal))
        {
            Assert.Equal("Clock", (string)answer["content"]![1]!["name"]!);
        }
    }

    [Fact]
    public async Task A_request_without_tools_gets_text_from_a_tool_script()
    {
        var request = SimulatorClient.Messages("sim-tool", stream: false);
        request.Remove("tools");

        Assert.Equal("The simulator answers: hello there", (string)(await client.PostForJsonAsync(request))["content"]![0]!["text"]!);
    }

    private static JsonArray Messages(JsonObject request) => request["messages"]!.AsArray();

    private async Task<JsonNode> AnswerAndAppendAsync(JsonObject request, string result)
    {
        var answer = await client.PostForJsonAsync(request);
        var call = answer["content"]!.AsArray().Single(b => (string)b!["type"]! == "tool_use")!;
        Messages(request).Add(new JsonObject { ["role"] = "assistant", ["content"] = answer["content"]!.DeepClone() });
        Messages(request).Add(new JsonObject
        {
            ["role"] = "user",
            ["content"] = new JsonArray(new JsonObject { ["type"] = "tool_result", ["tool_use_id"] = (string)call["id"]!, ["content"] = result }),
        });
        return answer;
    }
}
