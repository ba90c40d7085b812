using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;

namespace Ccr.Tests.Protocols.Pitfalls;

/// <summary>Sections 5 and 6 of the list of translator bugs: tool identity, and the clients of Chat Completions and Responses.</summary>
public class ToolIdentityTests
{
    public static TheoryData<Dialect> All => Wire.All;

    [Theory]
    [MemberData(nameof(All))]
    public void P125_P126_ids_are_as_short_as_the_target_wants_and_alike_on_call_and_result(Dialect to)
    {
        var id = "toolu_" + new string('x', 80);
        var model = to == Dialect.OpenAIChat ? "mistral-large" : "m";
        var body = Wire.SendParsed(Dialect.Anthropic, to, $$$"""{"model":"x","max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"{{{id}}}","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"{{{id}}}","content":"r"}]}]}""", model);
        var ids = Strings(body, "id", "call_id", "tool_call_id", "tool_use_id").ToList();
        Assert.True(ids.Count >= 2);
        Assert.Single(ids.Distinct());
        Assert.Matches(to == Dialect.OpenAIChat ? "^[a-zA-Z0-9]{9}$" : "^[a-zA-Z0-9_-]{1,40}$", ids[0]);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void P129_a_result_in_Gemini_has_the_name_of_its_call(Dialect from)
    {
        var body = from switch
        {
            Dialect.Anthropic => """{"model":"x","max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"r"}]}]}""",
            Dialect.OpenAIChat => """{"model":"x","messages":[{"role":"user","content":"q"},{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":"r"}]}""",
            Dialect.OpenAIResponses => """{"model":"x","input":[{"type":"message","role":"user","content":"q"},{"type":"function_call","call_id":"a","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"a","output":"r"}]}""",
            _ => """{"contents":[{"role":"user","parts":[{"text":"q"}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"r"}}}]}]}""",
        };
        var parts = Wire.SendParsed(from, Dialect.Gemini, body, "gemini-3-pro").GetProperty("contents")[2].GetProperty("parts");
        Assert.Equal("f", parts[0].GetProperty("functionResponse").Word("name"));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void P133_no_tool_is_declared_twice(Dialect to)
    {
        const string tool = """{"type":"function","name":"say","parameters":{"type":"object","properties":{}}}""";
        var body = Wire.SendParsed(Dialect.OpenAIResponses, to, $$$"""{"model":"x","input":"q","tools":[{{{tool}}},{{{tool}}},{"type":"namespace","name":"mcp__echo","tools":[{{{tool}}},{{{tool}}}]}]}""");
        Assert.Equal(to == Dialect.OpenAIResponses ? 2 : 1, body.GetProperty("tools").GetRawText().Split("\"say\"").Length - 1);
        Assert.True(body.GetProperty("tools").GetRawText().Split("mcp__echo").Length - 1 == 1);
    }

    [Fact]
    public void P135_ids_that_a_model_uses_again_are_unique_in_what_is_sent()
    {
        var body = Wire.SendParsed(Dialect.OpenAIChat, Dialect.Anthropic, """{"model":"x","messages":[{"role":"user","content":"q"},{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":"one"},{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":"two"}]}""", "claude-haiku-4-5");
        var calls = Strings(body.GetProperty("messages"), "id").ToList();
        Assert.Equal(2, calls.Distinct().Count());
        Assert.Equal(calls, Strings(body.GetProperty("messages"), "tool_use_id"));
    }

    [Fact]
    public void P143_calls_of_a_whole_response_are_items_and_the_response_is_completed()
    {
        var whole = Wire.Whole(Dialect.OpenAIResponses, sink =>
        {
            using var decoder = Wire.Decoder(Dialect.Anthropic, sink);
            decoder.DecodeWhole("""{"id":"m","type":"message","role":"assistant","content":[{"type":"text","text":"t"},{"type":"tool_use","id":"a","name":"f","input":{"x":1}}],"stop_reason":"tool_use","usage":{}}"""u8);
        });
        Assert.Equal("completed", whole.Word("status"));
        Assert.Equal(["message", "function_call"], whole.GetProperty("output").EnumerateArray().Select(o => o.Word("type")));
        Assert.Equal(("a", "f", """{"x":1}"""), (whole.GetProperty("output")[1].Word("call_id"), whole.GetProperty("output")[1].Word("name"), whole.GetProperty("output")[1].Word("arguments")));
    }

    [Theory]
    [InlineData("\"plain\"", "plain")]
    [InlineData("""[{"type":"input_text","text":"one"},{"type":"input_text","text":"two"}]""", "one\ntwo")]
    public void P145_outputs_are_strings_or_parts(string output, string expected)
    {
        var messages = Wire.SendParsed(Dialect.OpenAIResponses, Dialect.OpenAIChat, $$$"""{"model":"x","input":[{"type":"message","role":"user","content":"q"},{"type":"function_call","call_id":"a","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"a","output":{{{output}}}}]}""").GetProperty("messages");
        Assert.Equal(("tool", expected), (messages[2].Word("role"), messages[2].Word("content")));
    }

    [Fact]
    public void P146_P147_P156_text_reasoning_and_calls_of_a_turn_are_one_message()
    {
        var messages = Wire.SendParsed(Dialect.OpenAIResponses, Dialect.OpenAIChat, """{"model":"x","input":[{"type":"message","role":"user","content":"q"},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"said"}]},{"type":"function_call","call_id":"a","name":"f","arguments":"{}"},{"type":"reasoning","summary":[{"type":"summary_text","text":"late"}]},{"type":"function_call","call_id":"b","name":"g","arguments":"{}"},{"type":"function_call_output","call_id":"a","output":"1"},{"type":"function_call_output","call_id":"b","output":"2"}]}""", "kimi-k2-thinking").GetProperty("messages");
        Assert.Equal(["user", "assistant", "tool", "tool"], messages.EnumerateArray().Select(m => m.Word("role")));
        Assert.Equal(("said", 2, "late"), (messages[1].Word("content"), messages[1].GetProperty("tool_calls").GetArrayLength(), messages[1].Word("reasoning_content")));
    }

    [Theory]
    [InlineData(Dialect.OpenAIChat, "response_format")]
    [InlineData(Dialect.Gemini, "generationConfig")]
    [InlineData(Dialect.Anthropic, "output_config")]
    public void P148_the_form_of_the_answer_is_asked_for(Dialect to, string field)
    {
        var body = Wire.SendParsed(Dialect.OpenAIResponses, to, """{"model":"x","input":"q","text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object","properties":{"unlikely":{"type":"string"}},"required":["unlikely"],"additionalProperties":false},"strict":true}}}""", "claude-opus-4-6");
        Assert.Contains("unlikely", body.GetProperty(field).GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void P149_a_result_without_its_call_is_said_as_text(Dialect to)
    {
        var body = Wire.Send(Dialect.OpenAIResponses, to, """{"model":"x","previous_response_id":"resp_1","input":[{"type":"function_call_output","call_id":"gone","output":"what it gave"},{"type":"message","role":"user","content":"q"}]}""");
        Assert.Contains("what it gave", body, StringComparison.Ordinal);
        Assert.DoesNotContain("gone", body, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void P152_P199_the_model_asked_for_and_one_id_all_through(Dialect to)
    {
        var stream = Wire.Answer(Dialect.OpenAIResponses, to,
            """{"type":"response.created","response":{"id":"resp_up1","model":"upstream","status":"in_progress","output":[]}}""",
            """{"type":"response.output_text.delta","output_index":0,"content_index":0,"item_id":"i","delta":"x"}""",
            """{"type":"response.completed","response":{"id":"resp_up2","model":"upstream","status":"completed","output":[]}}""");
        Assert.Contains("\"asked\"", stream, StringComparison.Ordinal);
        Assert.DoesNotContain("upstream", stream, StringComparison.Ordinal);
        Assert.DoesNotContain("resp_up2", stream, StringComparison.Ordinal);
    }

    [Fact]
    public void P153_output_texts_have_their_lists()
    {
        static void Play(IMessageSink sink)
        {
            sink.Start("x"u8);
            sink.BeginText();
            sink.Text("t"u8);
            sink.EndBlock();
            sink.End(StopReason.EndTurn, default);
        }

        var parts = Wire.Data(Wire.Stream(Dialect.OpenAIResponses, Play)).SelectMany(Parts).Concat(Parts(Wire.Whole(Dialect.OpenAIResponses, Play))).ToList();
        Assert.True(parts.Count >= 4);
        Assert.All(parts, p => Assert.Equal((JsonValueKind.Array, JsonValueKind.Array), (p.GetProperty("annotations").ValueKind, p.GetProperty("logprobs").ValueKind)));
    }

    [Fact]
    public void P157_reasoning_is_remembered_for_calls_of_every_kind()
    {
        var messages = Wire.SendParsed(Dialect.OpenAIResponses, Dialect.OpenAIChat, """{"model":"x","tools":[{"type":"custom","name":"apply_patch"},{"type":"local_shell"}],"input":[{"type":"message","role":"user","content":"q"},{"type":"custom_tool_call","call_id":"a","name":"apply_patch","input":"p"},{"type":"custom_tool_call_output","call_id":"a","output":"r"},{"type":"local_shell_call","call_id":"b","action":{"type":"exec","command":["ls"]},"status":"completed"},{"type":"local_shell_call_output","id":"b","output":"r"}]}""", "deepseek-chat", memory: new Memory()).GetProperty("messages");
        Assert.Equal(["of a", "of b"], messages.EnumerateArray().Where(m => m.Word("role") == "assistant").Select(m => m.Word("reasoning_content")));
    }

    [Fact]
    public void P160_images_of_a_result_stay_in_it_where_the_dialect_has_room()
    {
        var body = Wire.SendParsed(Dialect.Anthropic, Dialect.OpenAIResponses, """{"model":"x","max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"see"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}]}]}]}""");
        var output = body.GetProperty("input")[2].GetProperty("output");
        Assert.Equal(["input_text", "input_image"], output.EnumerateArray().Select(p => p.Word("type")));
        Assert.Equal("data:image/png;base64,iVBORw0KGgo=", output[1].Word("image_url"));
    }

    private static IEnumerable<JsonElement> Parts(JsonElement e) => e.ValueKind switch
    {
        JsonValueKind.Object when e.Word("type") == "output_text" => [e],
        JsonValueKind.Object => e.EnumerateObject().SelectMany(p => Parts(p.Value)),
        JsonValueKind.Array => e.EnumerateArray().SelectMany(Parts),
        _ => [],
    };

    private static IEnumerable<string> Strings(JsonElement e, params string[] names) => e.ValueKind switch
    {
        JsonValueKind.Object => e.EnumerateObject().SelectMany(p => p.Value.ValueKind == JsonValueKind.String && names.Contains(p.Name) ? [p.Value.GetString()!] : Strings(p.Value, names)),
        JsonValueKind.Array => e.EnumerateArray().SelectMany(v => Strings(v, names)),
        _ => [],
    };

    private sealed class Memory : IReasoningMemory
    {
        public RememberedReasoning? Find(ReadOnlySpan<byte> toolUseId) => new(System.Text.Encoding.UTF8.GetBytes("of " + System.Text.Encoding.UTF8.GetString(toolUseId)), default);
    }
}
