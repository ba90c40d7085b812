using System.Buffers;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Gemini;
using Ccr.Protocols.Requests;

namespace Ccr.Tests.Protocols.Gemini;

/// <summary>Requests toward Gemini and from its clients.</summary>
public class GeminiRequestTests
{
    private static readonly string Own = Envelope("google", "gemini-3-pro", true);

    [Fact]
    public void P103_to_P106_signatures_go_back_to_the_call_they_came_on()
    {
        var body = FromAnthropic($$$"""
            {"model":"m","max_tokens":10,"messages":[{"role":"user","content":"go"},
             {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"{{{Own}}}"},{"type":"tool_use","id":"a","name":"f","input":{"x":1.0}},{"type":"tool_use","id":"b","name":"g","input":{}}]},
             {"role":"user","content":[{"type":"text","text":"and"},{"type":"tool_result","tool_use_id":"b","content":"two","is_error":true},{"type":"tool_result","tool_use_id":"a","content":"{\"k\":1}"}]}]}
            """, "gemini-3-pro");
        var contents = body.GetProperty("contents");
        Assert.Equal(
            """[{"text":"hm","thought":true},{"functionCall":{"id":"a","name":"f","args":{"x":1.0}},"thoughtSignature":"c2ln"},{"functionCall":{"id":"b","name":"g","args":{}}}]""",
            contents[1].GetProperty("parts").GetRawText());

        // P129, P136, P137: names looked up, in call order, results before the rest.
        Assert.Equal(
            """[{"functionResponse":{"id":"a","name":"f","response":{"output":"{\"k\":1}"}}},{"functionResponse":{"id":"b","name":"g","response":{"error":"two"}}},{"text":"and"}]""",
            contents[2].GetProperty("parts").GetRawText());
        Assert.Equal(3, contents.GetArrayLength());
    }

    [Fact]
    public void P105_a_call_of_another_model_gets_the_sentinel_and_its_reasoning_is_dropped()
    {
        var request = $$$"""
            {"model":"m","max_tokens":10,"messages":[{"role":"user","content":"go"},
             {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"EqBare"},{"type":"redacted_thinking","data":"{{{Envelope("other", "gemini-3-pro", true)}}}"},{"type":"tool_use","id":"a","name":"f","input":{}},{"type":"tool_use","id":"b","name":"f","input":{}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"1"}]}]}
            """;
        var loss = new LossReport();
        var parts = FromAnthropic(request, "gemini-3-pro", loss: loss).GetProperty("contents")[1].GetProperty("parts");
        Assert.Equal("""[{"functionCall":{"id":"a","name":"f","args":{}},"thoughtSignature":"skip_thought_signature_validator"},{"functionCall":{"id":"b","name":"f","args":{}}}]""", parts.GetRawText());
        Assert.Contains(loss.Entries, e => e.Path.Contains("thinking", StringComparison.Ordinal));
        Assert.Contains(loss.Entries, e => e.Action == LossAction.Changed && e.Reason.Contains("interrupted", StringComparison.Ordinal));

        var old = FromAnthropic(request, "gemini-2.5-pro").GetProperty("contents")[1].GetProperty("parts");
        Assert.DoesNotContain("thoughtSignature", old.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void P104_a_remembered_signature_is_given_back()
    {
        var target = new TargetOptions("google", "gemini-3-pro") { Memory = new Memory() };
        var output = new ArrayBufferWriter<byte>();
        GeminiRequestEncoder.Encode(
            AnthropicRequestDecoder.Decode(Utf8("""{"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a"}]}]}""")),
            target, output, new());
        Assert.Contains("\"thoughtSignature\":\"c2ln\"", Encoding.UTF8.GetString(output.WrittenSpan), StringComparison.Ordinal);
    }

    [Fact]
    public void P130_no_ids_on_Vertex_and_OpenApi_parameters()
    {
        var body = FromAnthropic("""
            {"model":"m","max_tokens":10,"tools":[{"name":"f","description":"d","input_schema":{"type":"object","properties":{"a":{"type":["string","null"]}},"additionalProperties":false}},{"name":"e","input_schema":{"type":"object"}}],
             "messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"r"}]}]}
            """, "gemini-2.5-pro", vertex: true);
        Assert.DoesNotContain("\"id\"", body.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(
            """[{"functionDeclarations":[{"name":"f","description":"d","parameters":{"type":"object","properties":{"a":{"nullable":true,"type":"string"}}}},{"name":"e","description":""}]}]""",
            body.GetProperty("tools").GetRawText());
    }

    [Fact]
    public void P167_no_empty_text_and_the_person_speaks_first()
    {
        var body = FromAnthropic("""{"model":"m","messages":[{"role":"assistant","content":"hello"},{"role":"user","content":[{"type":"text","text":""},{"type":"text","text":"a"}]},{"role":"assistant","content":""},{"role":"user","content":"b"}]}""", "gemini-2.5-pro");
        Assert.Equal(
            """[{"role":"user","parts":[{"text":"(The conversation goes on.)"}]},{"role":"model","parts":[{"text":"hello"}]},{"role":"user","parts":[{"text":"a"},{"text":"b"}]}]""",
            body.GetProperty("contents").GetRawText());
    }

    [Theory]
    [InlineData("gemini-3-pro", """[{"functionResponse":{"id":"a","name":"f","response":{"output":"see"},"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]}}]""")]
    [InlineData("gemini-2.5-pro", """[{"functionResponse":{"id":"a","name":"f","response":{"output":"see"}}},{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]""")]
    public void P50_P169_pictures_in_results_reach_the_model(string model, string expected)
    {
        var body = FromAnthropic("""
            {"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"see"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]}]}]}
            """, model);
        Assert.Equal(expected, body.GetProperty("contents")[2].GetProperty("parts").GetRawText());
    }

    [Theory]
    [InlineData("gemini-2.5-pro", """{"type":"enabled","budget_tokens":100000}""", """{"includeThoughts":true,"thinkingBudget":32768}""")]
    [InlineData("gemini-2.5-pro", """{"type":"disabled"}""", """{"thinkingBudget":128}""")]
    [InlineData("gemini-2.5-flash", """{"type":"disabled"}""", """{"thinkingBudget":0}""")]
    [InlineData("gemini-3-pro", """{"type":"enabled","budget_tokens":4096}""", """{"includeThoughts":true,"thinkingLevel":"MEDIUM"}""")]
    [InlineData("gemini-3-pro", """{"type":"adaptive"}""", """{"includeThoughts":true}""")]
    [InlineData("gemini-3-pro", """{"type":"disabled"}""", """{"thinkingLevel":"LOW"}""")]
    [InlineData("gemini-2.0-flash", """{"type":"enabled","budget_tokens":4096}""", null)]
    public void Thinking_is_asked_for_as_the_model_takes_it(string model, string thinking, string? expected)
    {
        var body = FromAnthropic($$$"""{"model":"m","max_tokens":10,"thinking":{{{thinking}}},"messages":[{"role":"user","content":"x"}]}""", model);
        var config = body.GetProperty("generationConfig").TryGetProperty("thinkingConfig", out var found) ? found.GetRawText() : null;
        Assert.Equal(expected, config);
    }

    [Fact]
    public void Search_goes_alone_and_choices_are_said()
    {
        var search = """{"type":"web_search_20250305","name":"web_search"}""";
        Assert.Equal("""[{"googleSearch":{}}]""", FromAnthropic($$$"""{"model":"m","tools":[{{{search}}}],"messages":[{"role":"user","content":"x"}]}""", "gemini-2.5-pro").GetProperty("tools").GetRawText());
        var loss = new LossReport();
        var body = FromAnthropic($$$"""{"model":"m","tools":[{{{search}}},{"name":"f","input_schema":{"type":"object","properties":{} } }],"tool_choice":{"type":"tool","name":"f"},"stop_sequences":["a"],"top_k":40,"messages":[{"role":"user","content":"x"}]}""", "gemini-2.5-pro", loss: loss);
        Assert.Single(body.GetProperty("tools").EnumerateArray());
        Assert.Equal("""{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}}""", body.GetProperty("toolConfig").GetRawText());
        Assert.Equal("""{"topK":40,"stopSequences":["a"]}""", body.GetProperty("generationConfig").GetRawText());
        Assert.Single(loss.Entries);
    }

    [Fact]
    public void A_client_of_Gemini_is_understood_in_both_spellings()
    {
        var camel = GeminiRequestDecoder.Decode(Utf8("""
            {"systemInstruction":{"parts":[{"text":"s"}]},"contents":[{"role":"user","parts":[{"text":"u"},{"inlineData":{"mimeType":"image/png","data":"-_8"}}]},
             {"parts":[{"text":"a","thought":true},{"text":"b","thought":true,"thoughtSignature":"c2ln"},{"functionCall":{"name":"f","args":{}},"thoughtSignature":"c2ln"},{"functionCall":{"name":"f"}},{"text":"t","thoughtSignature":"c2ln"}],"role":"model"},
             {"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"1"}}},{"functionResponse":{"name":"f","response":{"error":"2"}}}]}],
             "tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","properties":{"a":{"type":"STRING"}}}}]},{"googleSearch":{}}],"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}},
             "generationConfig":{"maxOutputTokens":5,"topK":3,"thinkingConfig":{"thinkingBudget":0},"responseMimeType":"application/json","candidateCount":1},"safetySettings":[]}
            """), "gemini-2.5-pro", true);
        var snake = GeminiRequestDecoder.Decode(Utf8("""
            {"system_instruction":"s","contents":[{"role":"user","parts":[{"text":"u"},{"inline_data":{"mime_type":"image/png","data":"+/8="}}]},
             {"parts":[{"text":"a","thought":true},{"text":"b","thought":true,"thought_signature":"c2ln"},{"function_call":{"name":"f","args":{}},"thought_signature":"c2ln"},{"function_call":{"name":"f"}},{"text":"t","thought_signature":"c2ln"}],"role":"model"},
             {"role":"user","parts":[{"function_response":{"name":"f","response":{"output":"1"}}},{"function_response":{"name":"f","response":{"error":"2"}}}]}],
             "tools":[{"function_declarations":[{"name":"f","parameters":{"type":"object","properties":{"a":{"type":"string"}}}}]},{"googleSearch":{}}],"tool_config":{"function_calling_config":{"mode":"ANY","allowed_function_names":["f"]}},
             "generation_config":{"max_output_tokens":5,"top_k":3,"thinking_config":{"thinking_budget":0},"response_mime_type":"application/json","candidateCount":1},"safetySettings":[]}
            """), "gemini-2.5-pro", true);
        Assert.Equal(RequestText.Of(camel), RequestText.Of(snake));
        Assert.Equal(ThinkingMode.Disabled, camel.Thinking);
        Assert.Equal(ToolChoice.Named, camel.ToolChoice);
        var turn = camel.Messages[1].Content;
        Assert.Equal(["ThinkingBlock", "RedactedThinkingBlock", "ToolUseBlock", "ToolUseBlock", "TextBlock", "RedactedThinkingBlock"], turn.Select(b => b.GetType().Name));
        Assert.Equal("ab", ((ThinkingBlock)turn[0]).Text.ToString());
        Assert.True(ReasoningEnvelope.Open(((RedactedThinkingBlock)turn[1]).Data.Span)!.BelongsToNext);
        var results = camel.Messages[2].Content.Cast<ToolResultBlock>().ToList();
        Assert.Equal([((ToolUseBlock)turn[2]).Id.ToString(), ((ToolUseBlock)turn[3]).Id.ToString()], results.Select(r => r.ToolUseId.ToString()));
        Assert.True(results[1].IsError);
        Assert.True(ToolIds.IsPortable(results[0].ToolUseId.Span));
    }

    [Theory]
    [InlineData("""[]""", "")]
    [InlineData("""{"contents":1}""", "contents")]
    [InlineData("""{"contents":[{"role":"robot","parts":[]}]}""", "contents[0].role")]
    [InlineData("""{"contents":[],"generationConfig":{"maxOutputTokens":"x"}}""", "generationConfig.maxOutputTokens")]
    [InlineData("""{"contents":[{"role":"model","parts":[{"functionCall":{}}]}]}""", "contents[0]")]
    [InlineData("""{"contents":""", "")]
    public void What_is_wrong_is_named(string body, string path) =>
        Assert.Equal(path, Assert.Throws<RequestFormatException>(() => GeminiRequestDecoder.Decode(Utf8(body), "m", false)).Path);

    private static string Envelope(string provider, string model, bool next) =>
        Encoding.ASCII.GetString(new ReasoningEnvelope { Origin = Dialect.Gemini, Provider = provider, Model = model, Data = "c2ln", BelongsToNext = next }.Seal());

    private static JsonElement FromAnthropic(string request, string model, bool vertex = false, LossReport? loss = null)
    {
        var output = new ArrayBufferWriter<byte>();
        GeminiRequestEncoder.Encode(AnthropicRequestDecoder.Decode(Utf8(request)), new("google", model) { IsVertex = vertex }, output, loss ?? new());
        return JsonDocument.Parse(output.WrittenMemory).RootElement.Clone();
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private sealed class Memory : IReasoningMemory
    {
        public RememberedReasoning? Find(ReadOnlySpan<byte> toolUseId) => new(default, Utf8(Own));
    }
}
