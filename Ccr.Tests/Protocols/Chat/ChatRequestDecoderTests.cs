using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.OpenAIChat;
using Ccr.Protocols.Requests;

namespace Ccr.Tests.Protocols.Chat;

/// <summary>Requests as clients of Chat Completions really send them. Numbers in names are those of the list of known translator bugs.</summary>
public class ChatRequestDecoderTests
{
    [Fact]
    public void System_and_developer_at_the_head_are_the_system_and_later_ones_stay_in_place()
    {
        var request = Messages("""{"role":"system","content":"a"},{"role":"developer","content":[{"type":"text","text":"b"}]},{"role":"user","content":"c"},{"role":"system","content":"d"}""");
        Assert.Equal(["a", "b"], request.System.Select(b => ((TextBlock)b).Text.ToString()));
        Assert.Equal([MessageRole.User, MessageRole.System], request.Messages.Select(m => m.Role));
        Assert.Equal([2, 3], request.Messages.Select(m => m.Index));
    }

    [Fact]
    public void Parts_of_a_user_become_blocks()
    {
        var request = Messages("""
            {"role":"user","content":[
              {"type":"text","text":"look","cache_control":{"type":"ephemeral"}},
              {"type":"image_url","image_url":{"url":"data:image\/png;base64,iVBO\/w==","detail":"high"}},
              {"type":"image_url","image_url":{"url":"https://example.com/a.png"}},
              {"type":"input_audio","input_audio":{"data":"AAAA","format":"mp3"}},
              {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"}},
              {"type":"file","file":{"file_id":"file-1"}},
              {"type":"text","text":"end","prompt_cache_breakpoint":{"mode":"explicit","ttl":"12h"}}]}
            """);
        var blocks = request.Messages[0].Content;
        Assert.Equal("""{"type":"ephemeral"}""", Utf8(blocks[0].CacheControl.Span));
        var image = Assert.IsType<ImageBlock>(blocks[1]);
        Assert.Equal(("image/png", "iVBO/w==", "", "high"), (image.MediaType.ToString(), image.Data.ToString(), image.Url.ToString(), image.Detail.ToString()));
        Assert.Equal("image/png", Utf8(image.MediaType.Span));
        Assert.Equal("https://example.com/a.png", Assert.IsType<ImageBlock>(blocks[2]).Url.ToString());
        var audio = Assert.IsType<MediaBlock>(blocks[3]);
        Assert.Equal(("audio/mp3", "AAAA"), (audio.MediaType.ToString(), audio.Data.ToString()));
        var file = Assert.IsType<DocumentBlock>(blocks[4]);
        Assert.Equal(("application/pdf", "JVBE", "a.pdf"), (file.MediaType.ToString(), file.Data.ToString(), file.Title.ToString()));
        Assert.Equal("""{"type":"file","file":{"file_id":"file-1"}}""", Utf8(Assert.IsType<OpaqueBlock>(blocks[5]).Raw.Span));
        Assert.Equal("""{"type":"ephemeral","ttl":"1h"}""", Utf8(blocks[6].CacheControl.Span));
    }

    [Fact]
    public void Calls_keep_the_bytes_of_their_arguments()
    {
        var request = Messages("""
            {"role":"assistant","content":null,"tool_calls":[
              {"id":"a","type":"function","function":{"name":"f","arguments":"{\"z\": 1.0, \"a\":\"\\u00e9 \\\"q\\\" \u00e9\"}"}},
              {"id":"b","type":"function","function":{"name":"f","arguments":""}},
              {"id":"c","type":"function","function":{"name":"f","arguments":"{\"cut\":"}},
              {"id":"d","type":"custom","custom":{"name":"g","input":"*** \"x\"\n"}},
              {"id":"e","type":"function","function":{"name":"f","arguments":{"as":"object"}}}]},
            {"role":"tool","tool_call_id":"a","content":"ok"}
            """);
        var inputs = request.Messages[0].Content.Cast<ToolUseBlock>().Select(c => Utf8(c.Input.Span));
        Assert.Equal(
            [
                """{"z": 1.0, "a":"\u00e9 \"q\" é"}""",
                "{}",
                """{"_raw":"{\"cut\":"}""",
                """{"input":"*** \"x\"\n"}""",
                """{"as":"object"}""",
            ],
            inputs);
    }

    [Fact]
    public void Results_are_turns_of_their_own_and_take_arrays()
    {
        var request = Messages("""
            {"role":"assistant","content":"","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}},{"id":"b","function":{"name":"g","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"b","content":[{"type":"text","text":"two"}]},
            {"role":"tool","tool_call_id":"a","content":"one"},
            {"role":"user","content":"go on"}
            """);
        Assert.Equal(["a", "b"], request.Messages[0].Content.Cast<ToolUseBlock>().Select(c => c.Id.ToString()));
        Assert.Equal([("b", "two"), ("a", "one")], request.Messages.Skip(1).Take(2).Select(m => Result(m.Content)));
        Assert.Equal([MessageRole.Assistant, MessageRole.User, MessageRole.User, MessageRole.User], request.Messages.Select(m => m.Role));
    }

    [Fact]
    public void Missing_ids_are_made_so_that_call_and_result_match()
    {
        const string Body = """
            {"role":"user","content":"x"},
            {"role":"assistant","tool_calls":[{"id":"","function":{"name":"f","arguments":"{}"}},{"function":{"name":"g","arguments":"{}"}}]},
            {"role":"tool","content":"one"},
            {"role":"tool","tool_call_id":"","content":"two"}
            """;
        var request = Messages(Body);
        var ids = request.Messages[1].Content.Cast<ToolUseBlock>().Select(c => c.Id.ToString()).ToList();
        Assert.Equal(ids, request.Messages.Skip(2).Select(m => Result(m.Content).Id));
        Assert.Equal(2, ids.Distinct().Count());
        Assert.All(ids, id => Assert.True(ToolIds.IsPortable(Encoding.UTF8.GetBytes(id))));
        Assert.Equal(ids, Messages(Body).Messages[1].Content.Cast<ToolUseBlock>().Select(c => c.Id.ToString()));
    }

    [Fact]
    public void Legacy_functions_are_calls_and_results()
    {
        var request = Decode("""
            {"model":"m","functions":[{"name":"f","parameters":{"type":"object"}}],"function_call":{"name":"f"},"messages":[
              {"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{\"a\":1}"}},
              {"role":"function","name":"f","content":"done"}]}
            """);
        var call = Assert.IsType<ToolUseBlock>(Assert.Single(request.Messages[0].Content));
        Assert.Equal((call.Id.ToString(), "done"), Result(request.Messages[1].Content));
        Assert.Equal((ToolChoice.Named, "f"), (request.ToolChoice, request.ToolChoiceName.ToString()));
        Assert.Equal("f", Assert.Single(request.Tools).Name.ToString());
    }

    [Fact]
    public void Reasoning_of_earlier_turns_comes_first_with_its_signature()
    {
        var own = new ReasoningEnvelope { Origin = Dialect.Anthropic, Data = "sig+/==" }.Seal();
        var other = new ReasoningEnvelope { Origin = Dialect.Gemini, Provider = "g", Data = "x", BelongsToNext = true }.Seal();
        var request = Messages($$$"""
            {"role":"assistant","content":"answer","reasoning_content":"hm","reasoning":"hm",
             "reasoning_details":[{"type":"reasoning.text","signature":"{{{Utf8(own)}}}","format":"anthropic-claude-v1","index":0},{"type":"reasoning.encrypted","data":"{{{Utf8(other)}}}","id":"b"}],
             "tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}},{"id":"b","function":{"name":"f","arguments":"{}"}}]}
            """);
        var blocks = request.Messages[0].Content;
        Assert.Equal(["ThinkingBlock", "TextBlock", "ToolUseBlock", "RedactedThinkingBlock", "ToolUseBlock"], blocks.Select(b => b.GetType().Name));
        Assert.Equal(("hm", "sig+/=="), (((ThinkingBlock)blocks[0]).Text.ToString(), Utf8(((ThinkingBlock)blocks[0]).Signature.Span)));
        Assert.Equal(Utf8(other), Utf8(((RedactedThinkingBlock)blocks[3]).Data.Span));
    }

    [Fact]
    public void Details_of_another_router_go_back_to_chat_providers_as_they_were()
    {
        var request = Messages("""{"role":"assistant","content":"x","reasoning_details":[{"type":"reasoning.encrypted","data":"gAAA","id":"rs_1","format":"openai-responses-v1"},{"type":"reasoning.text","text":"hm","signature":"Es8","format":"anthropic-claude-v1"}]}""");
        var thinking = Assert.IsType<ThinkingBlock>(request.Messages[0].Content[0]);
        Assert.Equal(("hm", "Es8"), (thinking.Text.ToString(), thinking.Signature.ToString()));
        var envelope = ReasoningEnvelope.Open(Assert.IsType<RedactedThinkingBlock>(request.Messages[0].Content[1]).Data.Span)!;
        Assert.True(envelope.IsFor(Dialect.OpenAIChat, "any", "any"));
        Assert.Equal("""{"type":"reasoning.encrypted","data":"gAAA","id":"rs_1","format":"openai-responses-v1"}""", envelope.Data);
    }

    [Fact]
    public void A_thought_signature_on_a_call_is_kept_before_it()
    {
        var request = Messages("""{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"S"}}}]}""");
        var envelope = ReasoningEnvelope.Open(Assert.IsType<RedactedThinkingBlock>(request.Messages[0].Content[0]).Data.Span)!;
        Assert.Equal("""{"extra_content":{"google":{"thought_signature":"S"}}}""", envelope.Data);
        Assert.True(envelope.BelongsToNext);
    }

    [Fact]
    public void Tools_of_all_kinds_are_told_apart()
    {
        var request = Decode("""
            {"model":"m","messages":[],"web_search_options":{"search_context_size":"low"},"tools":[
              {"type":"function","function":{"name":"f","description":"d","parameters":{"b":1,"a":2.0},"strict":true},"cache_control":{"type":"ephemeral"}},
              {"type":"function","function":{"name":"f"}},
              {"type":"custom","custom":{"name":"patch","format":{"type":"text"}}},
              {"type":"openrouter:thing"},
              {"type":"function","name":"flat","parameters":{}}]}
            """);
        Assert.Equal([ToolKind.WebSearch, ToolKind.Function, ToolKind.Custom, ToolKind.OtherServerTool, ToolKind.Function], request.Tools.Select(t => t.Kind));
        Assert.Equal("""{"b":1,"a":2.0}""", Utf8(request.Tools[1].InputSchema.Span));
        Assert.Equal(("d", "true", """{"type":"ephemeral"}"""), (request.Tools[1].Description.ToString(), Utf8(request.Tools[1].Strict.Span), Utf8(request.Tools[1].CacheControl.Span)));
        Assert.Equal("""{"search_context_size":"low"}""", Utf8(request.Tools[0].Raw.Span));
        Assert.Equal("""{"type":"custom","custom":{"name":"patch","format":{"type":"text"}}}""", Utf8(request.Tools[2].Raw.Span));
    }

    [Theory]
    [InlineData("\"auto\"", ToolChoice.Auto, "")]
    [InlineData("\"none\"", ToolChoice.None, "")]
    [InlineData("\"required\"", ToolChoice.Any, "")]
    [InlineData("null", ToolChoice.Unset, "")]
    [InlineData("""{"type":"function","function":{"name":"f"}}""", ToolChoice.Named, "f")]
    [InlineData("""{"type":"custom","custom":{"name":"f"}}""", ToolChoice.Named, "f")]
    [InlineData("""{"type":"auto"}""", ToolChoice.Auto, "")]
    public void Tool_choice_is_read_in_all_its_forms(string choice, ToolChoice expected, string name)
    {
        var request = Decode($$"""{"model":"m","messages":[],"tool_choice":{{choice}},"parallel_tool_calls":false}""");
        Assert.Equal((expected, name, true), (request.ToolChoice, request.ToolChoiceName.ToString(), request.DisableParallelTools));
    }

    [Fact]
    public void Allowed_tools_are_a_list_and_a_mode()
    {
        var request = Decode("""{"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"a"}},{"type":"function","name":"b"}]}}}""");
        Assert.Equal(ToolChoice.Any, request.ToolChoice);
        Assert.Equal(["a", "b"], request.AllowedTools.Select(t => t.ToString()));
    }

    [Theory]
    [InlineData("\"reasoning_effort\":\"none\"", ThinkingMode.Disabled, "", null)]
    [InlineData("\"reasoning_effort\":\"high\"", ThinkingMode.Adaptive, "high", null)]
    [InlineData("\"reasoning_effort\":null", ThinkingMode.Unset, "", null)]
    [InlineData("\"reasoning\":{\"effort\":\"xhigh\"}", ThinkingMode.Adaptive, "xhigh", null)]
    [InlineData("\"reasoning\":{\"max_tokens\":2000}", ThinkingMode.Enabled, "", 2000L)]
    [InlineData("\"reasoning\":{\"enabled\":true}", ThinkingMode.Adaptive, "", null)]
    [InlineData("\"reasoning\":{\"enabled\":false,\"effort\":\"low\"}", ThinkingMode.Disabled, "", null)]
    [InlineData("\"thinking\":{\"type\":\"enabled\"}", ThinkingMode.Adaptive, "", null)]
    [InlineData("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":4096}", ThinkingMode.Enabled, "", 4096L)]
    [InlineData("\"thinking\":{\"type\":\"disabled\"}", ThinkingMode.Disabled, "", null)]
    [InlineData("\"enable_thinking\":true,\"thinking_budget\":100", ThinkingMode.Enabled, "", 100L)]
    [InlineData("\"enable_thinking\":false", ThinkingMode.Disabled, "", null)]
    public void Reasoning_is_read_in_every_spelling(string fields, ThinkingMode mode, string effort, long? budget)
    {
        var request = Decode($$"""{"model":"m","messages":[],{{fields}}}""");
        Assert.Equal((mode, effort, budget), (request.Thinking, request.Effort.ToString(), request.ThinkingBudget));
        Assert.Empty(request.Extensions);
    }

    [Fact]
    public void Plain_fields_are_read_and_unknown_ones_kept()
    {
        var request = Decode("""
            {"model":"m","messages":[],"max_tokens":5,"max_completion_tokens":7,"temperature":1.0,"top_p":0.90,"seed":3,"presence_penalty":1,"frequency_penalty":2,
             "stop":["a",""],"verbosity":"low","user":"u","safety_identifier":"s","prompt_cache_key":"k","service_tier":"flex","stream":true,"stream_options":{"include_usage":true},
             "response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object"}}},"n":1,"logit_bias":{"1":2},"store":false}
            """);
        Assert.Equal(7, request.MaxTokens);
        Assert.Equal(["1.0", "0.90", "3", "1", "2"], new[] { request.Temperature, request.TopP, request.Seed, request.PresencePenalty, request.FrequencyPenalty }.Select(v => Utf8(v.Span)));
        Assert.Equal(["a"], request.StopSequences.Select(s => s.ToString()));
        Assert.Equal(("low", "s", "k", "flex"), (request.Verbosity.ToString(), request.UserId.ToString(), request.PromptCacheKey.ToString(), request.ServiceTier.ToString()));
        Assert.True(request.Stream && request.IncludeUsage);
        Assert.Equal((OutputFormat.JsonSchema, "n", "true", """{"type":"object"}"""), (request.OutputFormat, request.OutputSchemaName.ToString(), Utf8(request.OutputSchemaStrict.Span), Utf8(request.OutputSchema.Span)));
        Assert.Equal([("logit_bias", """{"1":2}"""), ("store", "false")], request.Extensions.Select(e => (e.Key, Utf8(e.Value.Span))));
    }

    [Theory]
    [InlineData("""{"n":2}""", "n")]
    [InlineData("""{"messages":{}}""", "messages")]
    [InlineData("""{"messages":[{"content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"messages":[{"role":"robot","content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"messages":[{"role":"user","content":5}]}""", "messages[0].content")]
    [InlineData("""{"messages":[{"role":"user","content":[{"text":"x"}]}]}""", "messages[0].content[0].type")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"text","text":5}]}]}""", "messages[0].content[0].text")]
    [InlineData("""{"messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[{"id":"a","function":{"arguments":"{}"}}]}]}""", "messages[1].tool_calls[0].function.name")]
    [InlineData("""{"messages":[{"role":"assistant","tool_calls":[{"id":"a","function":{"name":7}}]}]}""", "messages[0].tool_calls[0].function.name")]
    [InlineData("""{"messages":[{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":7}}]}]}""", "messages[0].tool_calls[0].function.arguments")]
    [InlineData("""{"messages":[{"role":"tool","content":"x"}]}""", "messages[0].tool_call_id")]
    [InlineData("""{"tools":[{"type":"function","function":{}}]}""", "tools[0].function.name")]
    [InlineData("""{"tool_choice":"perhaps"}""", "tool_choice")]
    [InlineData("""{"max_tokens":"many"}""", "max_tokens")]
    [InlineData("""{"temperature":"hot"}""", "temperature")]
    [InlineData("""{"response_format":{"type":"xml"}}""", "response_format.type")]
    [InlineData("""{"response_format":{"type":"json_schema"}}""", "response_format.json_schema.schema")]
    [InlineData("""{"reasoning":{"max_tokens":"x"}}""", "reasoning.max_tokens")]
    [InlineData("""[]""", "")]
    [InlineData("""{"model":""", "")]
    public void A_fault_names_its_place(string body, string path) => Assert.Equal(path, Assert.Throws<RequestFormatException>(() => Decode(body)).Path);

    private static CanonicalRequest Messages(string messages) => Decode($$"""{"model":"m","messages":[{{messages}}]}""");

    private static CanonicalRequest Decode(string body) => ChatRequestDecoder.Decode(Encoding.UTF8.GetBytes(body));

    private static (string Id, string Text) Result(IReadOnlyList<ContentBlock> content)
    {
        var result = Assert.IsType<ToolResultBlock>(Assert.Single(content));
        return (result.ToolUseId.ToString(), Assert.IsType<TextBlock>(Assert.Single(result.Content)).Text.ToString());
    }

    private static string Utf8(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
