using System.Buffers;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.OpenAIChat;

namespace Ccr.Tests.Protocols;

/// <summary>Anthropic requests as Chat Completions bodies. Numbers in names are those of the list of known translator bugs.</summary>
public class ChatRequestEncoderTests
{
    private const string Tool = """{"name":"Bash","description":"runs \"it\"","input_schema":{"type":"object","z":1,"a":1.0,"properties":{}}}""";

    [Fact]
    public void A_plain_request_keeps_its_words_and_its_numbers()
    {
        Assert.Equal(
            """{"model":"m","messages":[{"role":"system","content":"be \"brief\"\n\nand kind"},{"role":"user","content":"grüße 😀"}],"max_tokens":100,"temperature":0.70,"top_p":1e-1,"stop":["END"],"stream":true,"stream_options":{"include_usage":true}}""",
            Encode("""{"model":"x","max_tokens":100,"temperature":0.70,"top_p":1e-1,"stop_sequences":["END"],"stream":true,"system":[{"type":"text","text":"be \"brief\""},{"type":"text","text":"and kind"}],"messages":[{"role":"user","content":"grüße 😀"}]}"""));
    }

    [Theory]
    [InlineData("""{"type":"auto"}""", "\"auto\"")]
    [InlineData("""{"type":"any"}""", "\"required\"")]
    [InlineData("""{"type":"none"}""", "\"none\"")]
    [InlineData("""{"type":"tool","name":"Bash"}""", """{"type":"function","function":{"name":"Bash"}}""")]
    public void P041_tool_choice_is_said_in_the_targets_words(string choice, string expected)
    {
        var body = Parse(With($"\"tools\":[{Tool}],\"tool_choice\":{choice}"));
        Assert.Equal(expected, body.GetProperty("tool_choice").GetRawText());
    }

    [Fact]
    public void P042_cache_control_is_left_out_and_told()
    {
        var loss = new LossReport();
        var body = Encode("""{"model":"x","system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]}]}""", loss);
        Assert.DoesNotContain("cache_control", body, StringComparison.Ordinal);
        Assert.Contains(loss.Entries, e => e.Path.EndsWith("cache_control", StringComparison.Ordinal));
    }

    [Fact]
    public void P043_the_billing_header_that_spoils_prompt_caches_is_stripped()
    {
        var body = Parse("""{"model":"x","system":[{"type":"text","text":"x-anthropic-billing-header: cc_version=1; cch=abc;"},{"type":"text","text":"You are"}],"messages":[{"role":"user","content":"a"}]}""");
        Assert.Equal("You are", body.GetProperty("messages")[0].GetProperty("content").GetString());
    }

    [Fact]
    public void P044_P046_a_system_message_in_the_middle_stays_a_system_message_in_its_place()
    {
        var roles = Roles("""{"model":"x","messages":[{"role":"user","content":"a"},{"role":"system","content":"note"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]}""");
        Assert.Equal(["user", "system", "assistant", "user"], roles);
    }

    [Fact]
    public void P048_without_tools_there_is_no_tool_choice()
    {
        var body = Parse(With("\"tools\":[],\"tool_choice\":{\"type\":\"any\",\"disable_parallel_tool_use\":true}"));
        Assert.False(body.TryGetProperty("tools", out _));
        Assert.False(body.TryGetProperty("tool_choice", out _));
        Assert.False(body.TryGetProperty("parallel_tool_calls", out _));
    }

    [Fact]
    public void P050_P051_P052_an_image_in_a_tools_result_reaches_the_model_as_a_picture()
    {
        var messages = Messages("""
            {"model":"x","messages":[{"role":"user","content":"look"},{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"Read","input":{}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"ok"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]},{"type":"text","text":"and?"}]}]}
            """);
        Assert.Equal("tool", messages[2].GetProperty("role").GetString());
        Assert.DoesNotContain("AAAA", messages[2].GetRawText(), StringComparison.Ordinal);
        Assert.Equal("data:image/png;base64,AAAA", messages[3].GetProperty("content")[0].GetProperty("image_url").GetProperty("url").GetString());
        Assert.Equal("and?", messages[3].GetProperty("content")[1].GetProperty("text").GetString());
    }

    [Fact]
    public void P053_P054_content_is_null_beside_calls_and_never_empty()
    {
        var messages = Messages("""{"model":"x","messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":""}]},{"role":"assistant","content":""}]}""");
        Assert.Equal(JsonValueKind.Null, messages[1].GetProperty("content").ValueKind);
        Assert.Equal(3, messages.Count);
        Assert.Equal("(no output)", messages[2].GetProperty("content").GetString());
    }

    [Theory]
    [InlineData("gpt-5.1", "max_completion_tokens", false)]
    [InlineData("openai/o3-mini", "max_completion_tokens", false)]
    [InlineData("deepseek-chat", "max_tokens", true)]
    public void P058_reasoning_models_get_their_own_limit_and_no_sampling(string model, string limit, bool sampling)
    {
        var body = Parse(With("\"max_tokens\":50,\"temperature\":1,\"stop_sequences\":[\"x\"]"), model);
        Assert.Equal(50, body.GetProperty(limit).GetInt32());
        Assert.Equal(sampling, body.TryGetProperty("temperature", out _));
        Assert.Equal(sampling, body.TryGetProperty("stop", out _));
    }

    [Fact]
    public void P062_a_tool_without_a_schema_gets_an_empty_one()
    {
        Assert.Equal("""{"type":"object","properties":{}}""", Parse(With("\"tools\":[{\"name\":\"f\"},{\"name\":\"g\",\"input_schema\":null}]")).GetProperty("tools")[1].GetProperty("function").GetProperty("parameters").GetRawText());
    }

    [Theory]
    [InlineData("null", "{}")]
    [InlineData("\"\"", "{}")]
    [InlineData("{}", "{}")]
    [InlineData("[1]", "[1]")]
    [InlineData("{ \"b\": 1.0,\n \"a\": 1e3 }", "{ \"b\": 1.0,\n \"a\": 1e3 }")]
    public void P066_P067_P068_arguments_keep_their_bytes_and_are_never_empty(string input, string expected)
    {
        var messages = Messages($$$"""{"model":"x","messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f","input":{{{input}}} }]}]}""");
        Assert.Equal(expected, messages[1].GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString());
    }

    [Fact]
    public void P122_P123_ids_are_mapped_alike_in_the_call_and_in_its_result()
    {
        var messages = Messages("""{"model":"x","messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"functions.Bash:0","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"functions.Bash:0","content":"r"}]}]}""");
        var id = messages[1].GetProperty("tool_calls")[0].GetProperty("id").GetString()!;
        Assert.Matches("^[a-zA-Z0-9_-]{1,64}$", id);
        Assert.Equal(id, messages[2].GetProperty("tool_call_id").GetString());
    }

    [Fact]
    public void P131_P136_P137_P146_results_follow_their_calls_in_call_order_once_and_before_anything_else()
    {
        var messages = Messages("""
            {"model":"x","messages":[{"role":"user","content":"a"},
             {"role":"assistant","content":[{"type":"text","text":"now"},{"type":"tool_use","id":"t1","name":"f","input":{}},{"type":"tool_use","id":"t2","name":"g","input":{}}]},
             {"role":"user","content":[{"type":"text","text":"reminder"},{"type":"tool_result","tool_use_id":"t2","content":"two"},{"type":"tool_result","tool_use_id":"t1","content":"old"}]},
             {"role":"system","content":"note"},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"one","is_error":true}]}]}
            """);
        Assert.Equal(["user", "assistant", "tool", "tool", "user", "system"], messages.Select(m => m.GetProperty("role").GetString()));
        Assert.Equal("now", messages[1].GetProperty("content").GetString());
        Assert.Equal("Error: one", messages[2].GetProperty("content").GetString());
        Assert.Equal("two", messages[3].GetProperty("content").GetString());
        Assert.Equal("reminder", messages[4].GetProperty("content").GetString());
    }

    [Fact]
    public void A_call_without_a_result_is_answered_and_a_result_without_a_call_becomes_text()
    {
        var loss = new LossReport();
        var body = JsonDocument.Parse(Encode("""
            {"model":"x","messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"lost","content":"orphan"}]},
             {"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f","input":{}}]},{"role":"user","content":"never mind"}]}
            """, loss)).RootElement.GetProperty("messages");
        Assert.Equal("orphan", body[0].GetProperty("content").GetString());
        Assert.Equal("t1", body[2].GetProperty("tool_call_id").GetString());
        Assert.Equal("never mind", body[3].GetProperty("content").GetString());
        Assert.Equal(2, loss.Entries.Count);
    }

    [Fact]
    public void Server_tools_and_placeholders_are_never_sent_as_empty_functions()
    {
        var loss = new LossReport();
        var body = Encode($$$"""{"model":"x","tools":[{"type":"web_search_20250305","name":"web_search"},{"name":"DeferredToolPlaceholder","defer_loading":true,"input_schema":{}},{{{Tool}}}],"messages":[{"role":"user","content":"a"}]}""", loss);
        Assert.Equal("Bash", Assert.Single(JsonDocument.Parse(body).RootElement.GetProperty("tools").EnumerateArray()).GetProperty("function").GetProperty("name").GetString());
        Assert.Equal(2, loss.Entries.Count);
    }

    [Theory]
    [InlineData("gpt-5", "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}", "low")]
    [InlineData("gpt-5", "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":31999}", "high")]
    [InlineData("gpt-5", "\"thinking\":{\"type\":\"adaptive\"},\"output_config\":{\"effort\":\"max\"}", "high")]
    [InlineData("gpt-5", "\"thinking\":{\"type\":\"disabled\"}", "minimal")]
    [InlineData("gpt-5.1", "\"thinking\":{\"type\":\"disabled\"}", "none")]
    [InlineData("gpt-5.2", "\"thinking\":{\"type\":\"adaptive\"},\"output_config\":{\"effort\":\"max\"}", "xhigh")]
    [InlineData("openai/o3-mini", "\"thinking\":{\"type\":\"disabled\"}", "low")]
    [InlineData("deepseek-chat", "\"thinking\":{\"type\":\"adaptive\"}", "medium")]
    [InlineData("some-model", "\"thinking\":{\"type\":\"adaptive\"}", null)]
    public void Thinking_becomes_effort_where_the_model_takes_it(string model, string fields, string? expected)
    {
        var body = Parse(With(fields), model);
        Assert.Equal(expected, body.TryGetProperty("reasoning_effort", out var effort) ? effort.GetString() : null);
    }

    [Fact]
    public void What_has_no_place_is_told()
    {
        var loss = new LossReport();
        Encode(With("\"top_k\":5,\"metadata\":{\"user_id\":\"u\"},\"context_management\":{},\"thinking\":{\"type\":\"adaptive\"}"), loss);
        Assert.Equal(["context_management", "metadata", "metadata.user_id", "thinking", "top_k"], loss.Entries.Select(e => e.Path).Order(StringComparer.Ordinal));
    }

    private static string With(string fields) => $$"""{"model":"x",{{fields}},"messages":[{"role":"user","content":"a"}]}""";

    private static string Encode(string body, LossReport? loss = null, string model = "m")
    {
        var output = new ArrayBufferWriter<byte>();
        ChatRequestEncoder.Encode(AnthropicRequestDecoder.Decode(Encoding.UTF8.GetBytes(body)), new("p", model), output, loss ?? new LossReport());
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static JsonElement Parse(string body, string model = "m") => JsonDocument.Parse(Encode(body, null, model)).RootElement;

    private static List<JsonElement> Messages(string body) => [.. Parse(body).GetProperty("messages").EnumerateArray()];

    private static List<string?> Roles(string body) => [.. Messages(body).Select(m => m.GetProperty("role").GetString())];
}
