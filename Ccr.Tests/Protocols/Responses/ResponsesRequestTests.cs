using System.Buffers;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.OpenAIResponses;
using Ccr.Protocols.Requests;

namespace Ccr.Tests.Protocols.Responses;

public class ResponsesRequestTests
{
    private const string Codex = """
        {"model":"gpt-6","stream":true,"store":false,"include":["reasoning.encrypted_content"],"client_metadata":{"a":1},"prompt_cache_key":"k","tool_choice":"auto","parallel_tool_calls":false,
         "reasoning":{"effort":"high","context":"all_turns"},"text":{"verbosity":"low"},
         "input":[
          {"type":"additional_tools","role":"developer","tools":[{"type":"namespace","name":"functions","tools":[{"type":"custom","name":"exec","description":"Run.","format":{"type":"grammar","syntax":"lark","definition":"start: x"}}]},
            {"type":"namespace","name":"mcp__echo","tools":[{"type":"function","name":"say","parameters":null}]}]},
          {"type":"message","id":"msg_1","role":"developer","content":[{"type":"input_text","text":"Be good."}]},
          {"role":"user","content":[{"type":"input_text","text":"Go"},{"type":"input_image","image_url":"data:image/png;base64,QUJD","detail":"high"}]},
          {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"One"},{"type":"summary_text","text":"Two"}],"content":null,"encrypted_content":"gAAA"},
          {"type":"message","role":"assistant","phase":"commentary","content":[{"type":"output_text","text":"On it.","annotations":[]}]},
          {"type":"custom_tool_call","call_id":"c1","name":"exec","input":"say \"hi\"\n"},
          {"type":"function_call","call_id":"c2","name":"say","namespace":"mcp__echo","arguments":"{\"t\": 1.0}"},
          {"type":"custom_tool_call_output","call_id":"c1","output":[{"type":"input_text","text":"ok"},{"type":"input_image","image_url":"data:image/png;base64,QUJD"}]},
          {"type":"function_call_output","call_id":"c2","output":"{\"x\":1}"},
          {"type":"web_search_call","id":"ws_1","action":{"type":"search","query":"q"}}]}
        """;

    [Fact]
    public void Codex_in_full_P146_P145_P133()
    {
        var request = Decode(Codex);
        Assert.Equal("Be good.", ((TextBlock)Assert.Single(request.System)).Text.ToString());
        Assert.Equal([MessageRole.User, MessageRole.Assistant, MessageRole.User, MessageRole.Assistant], request.Messages.Select(m => m.Role));
        var turn = request.Messages[1].Content;
        Assert.Equal(["ThinkingBlock", "TextBlock", "ToolUseBlock", "ToolUseBlock"], turn.Select(b => b.GetType().Name));
        Assert.Equal("call c1 exec {\"input\":\"say \\\"hi\\\"\\n\"}", RequestText.Of(turn[2]));
        Assert.Equal("call c2 mcp__echo__say {\"t\": 1.0}", RequestText.Of(turn[3]));
        var envelope = ReasoningEnvelope.Open(((ThinkingBlock)turn[0]).Signature.Span)!;
        Assert.Equal(("rs_1", null), (envelope.ItemId, envelope.Provider));

        // Of several parts, so that it is kept whole (P114).
        Assert.Equal("gAAA", JsonDocument.Parse(envelope.Data).RootElement.GetProperty("encrypted_content").GetString());
        Assert.Equal(["exec", "mcp__echo__say"], request.Tools.Select(t => t.Name.ToString()));
        Assert.Contains("start: x", request.Tools[0].Description.ToString());
        Assert.True(request.DisableParallelTools);
        Assert.Equal((ThinkingMode.Adaptive, "high", "low"), (request.Thinking, request.Effort.ToString(), request.Verbosity.ToString()));
        Assert.Equal("result c1 False [text ok  | image image/png QUJD  auto]", RequestText.Of(request.Messages[2].Content[0]));
        Assert.IsType<OpaqueBlock>(request.Messages[3].Content[0]);
    }

    [Fact]
    public void Codex_again_for_a_responses_provider()
    {
        var (json, loss) = Encode(Decode(Codex), new("p", "gpt-6"));
        Assert.Equal(RequestText.Of(Decode(Codex)), RequestText.Of(Decode(json.GetRawText())));
        Assert.Empty(loss.Entries);
        Assert.Equal("""{"effort":"high","summary":"auto","context":"all_turns"}""", json.GetProperty("reasoning").GetRawText());
        Assert.Equal(1, json.GetProperty("client_metadata").GetProperty("a").GetInt32());
        var kinds = json.GetProperty("input").EnumerateArray().Select(i => i.GetProperty("type").GetString()).ToList();
        Assert.Equal(["message", "reasoning", "message", "custom_tool_call", "function_call", "custom_tool_call_output", "function_call_output", "web_search_call"], kinds);
        Assert.Equal("mcp__echo", json.GetProperty("input")[4].GetProperty("namespace").GetString());
        Assert.Equal("""{"type":"object","properties":{}}""", json.GetProperty("tools")[1].GetProperty("tools")[0].GetProperty("parameters").GetRawText());
    }

    [Fact]
    public void P111_reasoning_goes_before_what_it_led_to_and_never_alone_nor_to_strangers()
    {
        var own = Encoding.ASCII.GetString(new ReasoningEnvelope { Origin = Dialect.OpenAIResponses, Provider = "p", Model = "gpt-6", ItemId = "rs_9", Data = "blob" }.Seal());
        var body = $$$"""
            {"model":"c","max_tokens":5,"system":"Sys","stop_sequences":["END"],"metadata":{"user_id":"u"},"messages":[
             {"role":"user","content":"q"},
             {"role":"assistant","content":[{"type":"thinking","thinking":"foreign","signature":"EqQ"},{"type":"thinking","thinking":"own","signature":"{{{own}}}"},{"type":"tool_use","id":"t1","name":"f","input":{"a":1}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","is_error":true,"content":[{"type":"text","text":"bad"}]},{"type":"text","text":"go on"}]},
             {"role":"assistant","content":[{"type":"redacted_thinking","data":"{{{own}}}"}]},
             {"role":"user","content":"x"}]}
            """;
        var (json, loss) = Encode(AnthropicRequestDecoder.Decode(Encoding.UTF8.GetBytes(body)), new("p", "gpt-6"));
        var input = json.GetProperty("input").EnumerateArray().ToList();
        Assert.Equal(["message", "reasoning", "function_call", "function_call_output", "message", "message"], input.Select(i => i.GetProperty("type").GetString()));
        Assert.Equal(("rs_9", "blob"), (input[1].GetProperty("id").GetString(), input[1].GetProperty("encrypted_content").GetString()));
        Assert.Equal("Error: bad", input[3].GetProperty("output").GetString());
        Assert.Equal("Sys", json.GetProperty("instructions").GetString());
        Assert.Equal(16, json.GetProperty("max_output_tokens").GetInt32());
        Assert.False(json.GetProperty("store").GetBoolean());
        Assert.False(json.TryGetProperty("stop", out _));
        Assert.Contains(loss.Entries, e => e.Action == LossAction.Changed && e.Path == "stop_sequences");
        Assert.DoesNotContain("EqQ", json.GetRawText());
    }

    [Fact]
    public void Calls_without_results_and_results_without_calls()
    {
        var (json, _) = Encode(Decode("""{"model":"m","input":[{"type":"function_call","call_id":"a","name":"f","arguments":""},{"type":"function_call_output","call_id":"zzz","output":"stray"},{"type":"function_call","call_id":"b","name":"f","arguments":"not json"}]}"""), new("p", "m"));
        var input = json.GetProperty("input").EnumerateArray().Select(i => i.GetProperty("type").GetString()).ToList();
        Assert.Equal(["function_call", "message", "function_call_output", "function_call", "function_call_output"], input);
        Assert.Equal("{}", json.GetProperty("input")[0].GetProperty("arguments").GetString());
    }

    [Fact]
    public void ChatGpt_takes_no_limits_and_streams_always()
    {
        var (json, loss) = Encode(Decode("""{"model":"m","input":"x","temperature":1,"top_p":0.5,"max_output_tokens":100,"metadata":{"a":"b"}}"""), new("p", "gpt-4o") { IsChatGptBackend = true });
        foreach (var gone in (string[])["temperature", "top_p", "max_output_tokens", "metadata"])
        {
            Assert.False(json.TryGetProperty(gone, out _), gone);
            Assert.Contains(loss.Entries, e => e.Path == gone);
        }

        Assert.True(json.GetProperty("stream").GetBoolean());
    }

    [Theory]
    [InlineData("\"required\"", "\"required\"")]
    [InlineData("\"none\"", "\"none\"")]
    [InlineData("{\"type\":\"function\",\"name\":\"f\"}", "{\"type\":\"function\",\"name\":\"f\"}")]
    [InlineData("{\"type\":\"function\",\"function\":{\"name\":\"f\"}}", "{\"type\":\"function\",\"name\":\"f\"}")]
    [InlineData("{\"type\":\"custom\",\"name\":\"c\"}", "{\"type\":\"custom\",\"name\":\"c\"}")]
    [InlineData("{\"type\":\"web_search\"}", "{\"type\":\"web_search\"}")]
    [InlineData("{\"type\":\"apply_patch\"}", "{\"type\":\"apply_patch\"}")]
    [InlineData("{\"type\":\"allowed_tools\",\"mode\":\"required\",\"tools\":[{\"type\":\"function\",\"name\":\"f\"}]}", "{\"type\":\"allowed_tools\",\"mode\":\"required\",\"tools\":[{\"type\":\"function\",\"name\":\"f\"}]}")]
    public void Tool_choice_in_every_form(string said, string written)
    {
        var (json, _) = Encode(Decode($$"""{"model":"m","input":"x","tool_choice":{{said}},"tools":[{"type":"function","name":"f"},{"type":"function","name":"f"},{"type":"custom","name":"c"},{"type":"web_search"},{"type":"apply_patch"}]}"""), new("p", "m"));
        Assert.Equal(written, json.GetProperty("tool_choice").GetRawText());
        Assert.Equal(4, json.GetProperty("tools").GetArrayLength());
    }

    [Theory]
    [InlineData("{\"model\":5}", "model")]
    [InlineData("{\"input\":5}", "input")]
    [InlineData("{\"input\":[{\"type\":\"function_call\",\"name\":\"f\"}]}", "input[0].call_id")]
    [InlineData("{\"input\":[{\"role\":\"robot\",\"content\":\"x\"}]}", "input[0].role")]
    [InlineData("{\"input\":[{\"type\":\"item_reference\",\"id\":\"msg_1\"}]}", "input[0]")]
    [InlineData("{\"tool_choice\":{\"type\":\"function\"}}", "tool_choice.name")]
    [InlineData("{", "")]
    public void Wrong_bodies_name_the_field(string body, string path) =>
        Assert.Equal(path, Assert.Throws<RequestFormatException>(() => Decode(body)).Path);

    [Fact]
    public void Long_user_ids_are_hashed_and_long_names_shortened_alike_P56()
    {
        var space = new string('n', 60);
        var request = Decode($$$"""{"model":"m","user":"{{{new string('u', 100)}}}","input":[{"type":"function_call","call_id":"c","namespace":"{{{space}}}","name":"tool","arguments":"{}"}],"tools":[{"type":"namespace","name":"{{{space}}}","tools":[{"type":"function","name":"tool"}]}]}""");
        Assert.Equal(64, request.Tools[0].Name.Span.Length);
        Assert.Equal(request.Tools[0].Name.ToString(), ((ToolUseBlock)request.Messages[0].Content[0]).Name.ToString());
        Assert.Equal(64, Encode(request, new("p", "m")).Json.GetProperty("safety_identifier").GetString()!.Length);
    }

    private static CanonicalRequest Decode(string body) => ResponsesRequestDecoder.Decode(Encoding.UTF8.GetBytes(body));

    private static (JsonElement Json, LossReport Loss) Encode(CanonicalRequest request, TargetOptions target)
    {
        var output = new ArrayBufferWriter<byte>();
        var loss = new LossReport();
        ResponsesRequestEncoder.Encode(request, target, output, loss);
        return (JsonDocument.Parse(output.WrittenMemory).RootElement, loss);
    }
}
