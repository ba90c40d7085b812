using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.OpenAIChat;
using Ccr.Protocols.Requests;
using Ccr.Protocols.Transformers;

namespace Ccr.Tests.Protocols.Transformers;

/// <summary>What each transformer does to an Anthropic request for a Chat server, and to the answer.</summary>
public class TransformerTests
{
    private const string Ask = """{"model":"x","max_tokens":100000,"temperature":0.5,"thinking":{"type":"enabled","budget_tokens":5000},"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],"tools":[{"name":"Bash","description":"runs","input_schema":{"type":"object","properties":{"command":{"type":"string","description":"what"}},"required":["command"]}}],"messages":[{"role":"user","content":"go"}]}""";

    [Fact]
    public void Every_entry_can_be_made_without_options() => Assert.All(TransformerCatalog.Entries, static e => Assert.NotNull(e.Create([])));

    [Fact]
    public void Names_are_sorted_distinct_and_found_in_any_case()
    {
        var names = TransformerCatalog.Entries.Select(static e => e.Name).ToList();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.All(names, static n => Assert.NotNull(TransformerCatalog.Find(n.ToUpperInvariant())));
    }

    [Fact]
    public void P197_maxtoken_caps_and_sets()
    {
        Assert.Equal(64, (int)Body(Ask, "maxtoken", """{"max_tokens":64}""")["max_tokens"]!);
        Assert.Equal(64, (int)Body("""{"model":"x","messages":[{"role":"user","content":"a"}]}""", "maxtoken", """{"max_tokens":64}""")["max_tokens"]!);
    }

    [Fact]
    public void P058_maxcompletiontokens_renames()
    {
        var body = Body(Ask, "maxcompletiontokens");
        Assert.Equal(100_000, (int)body["max_completion_tokens"]!);
        Assert.False(body.ContainsKey("max_tokens"));
    }

    [Fact]
    public void P060_deepseek_caps_thinks_in_its_words_and_gets_its_reasoning_back()
    {
        var body = Body("""{"model":"x","max_tokens":100000,"thinking":{"type":"adaptive"},"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"thinking","thinking":"because","signature":""},{"type":"tool_use","id":"t1","name":"Bash","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"ok"}]},{"role":"assistant","content":[{"type":"tool_use","id":"t2","name":"Bash","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t2","content":"ok"}]}]}""", "deepseek");
        Assert.Equal(8192, (int)body["max_tokens"]!);
        Assert.Equal("enabled", (string)body["thinking"]!["type"]!);
        Assert.Equal("because", (string)body["messages"]![1]!["reasoning_content"]!);
        Assert.NotEqual("", (string)body["messages"]![3]!["reasoning_content"]!);
    }

    [Fact]
    public void P059_deepseek_gets_no_effort_beside_thinking_that_is_off()
    {
        var body = Body("""{"model":"x","thinking":{"type":"disabled"},"output_config":{"effort":"high"},"messages":[{"role":"user","content":"a"}]}""", "deepseek");
        Assert.Equal("disabled", (string)body["thinking"]!["type"]!);
        Assert.False(body.ContainsKey("reasoning_effort"));
    }

    [Fact]
    public void P061_R1_gets_no_reasoning_back()
    {
        var body = Body("""{"model":"x","messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"thinking","thinking":"because","signature":""},{"type":"text","text":"b"}]},{"role":"user","content":"c"}]}""", "identity", model: "deepseek-reasoner");
        Assert.DoesNotContain("because", body.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Openrouter_asks_in_its_words_and_adds_its_options()
    {
        var body = Body(Ask, "openrouter", """{"provider":{"only":["a"]}}""", "anthropic/claude-sonnet-4.5");
        Assert.Equal(5000, (int)body["reasoning"]!["max_tokens"]!);
        Assert.Equal("a", (string)body["provider"]!["only"]![0]!);
        Assert.Equal("ephemeral", (string)body["messages"]![0]!["content"]![0]!["cache_control"]!["type"]!);
        Assert.DoesNotContain("cache_control", Body(Ask, "openrouter", model: "openai/gpt-5").ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Openrouter_searches_the_web_with_its_plugin()
    {
        var body = Body("""{"model":"x","tools":[{"type":"web_search_20250305","name":"web_search"}],"messages":[{"role":"user","content":"a"}]}""", "openrouter");
        Assert.Equal("web", (string)body["plugins"]![0]!["id"]!);
        Assert.False(body.ContainsKey("tools"));
    }

    [Fact]
    public void Numeric_ids_of_aggregators_do_not_meet_in_one_conversation()
    {
        var first = Answer("openrouter", s => Calls(s, "a"u8));
        var second = Answer("openrouter", s => Calls(s, "b"u8));
        Assert.NotEqual(first.Calls[0].Id, second.Calls[0].Id);
        Assert.StartsWith("call_", first.Calls[0].Id, StringComparison.Ordinal);

        static void Calls(IMessageSink sink, ReadOnlySpan<byte> answer)
        {
            sink.Start(answer);
            sink.BeginToolUse("0"u8, "Bash"u8);
            sink.EndBlock();
            sink.End(StopReason.ToolUse, default);
        }
    }

    [Fact]
    public void Reasoning_turns_thinking_on_and_off()
    {
        var on = Body(Ask, "reasoning");
        Assert.Equal("enabled", (string)on["thinking"]!["type"]!);
        Assert.True((bool)on["enable_thinking"]!);
        var off = Body(Ask, "reasoning", """{"enable":false}""");
        Assert.Equal("disabled", (string)off["thinking"]!["type"]!);
        Assert.Equal(-1, (int)off["thinking"]!["budget_tokens"]!);
        Assert.False((bool)off["enable_thinking"]!);
    }

    [Fact]
    public void Sampling_sets_and_caps()
    {
        var body = Body(Ask, "sampling", """{"max_tokens":10,"temperature":0.1,"top_p":0.2,"top_k":3,"repetition_penalty":1.1}""");
        Assert.Equal("""10 0.1 0.2 3 1.1""", $"{body["max_tokens"]} {body["temperature"]} {body["top_p"]} {body["top_k"]} {body["repetition_penalty"]}");
    }

    [Fact]
    public void P042_cleancache_takes_the_marks_out()
    {
        var request = AnthropicRequestDecoder.Decode(Encoding.UTF8.GetBytes(Ask));
        TransformerCatalog.Find("cleancache")!.Create([]).Edit(request, new("p", "m"), new());
        Assert.All(request.System, static b => Assert.False(b.CacheControl.IsPresent));
    }

    [Fact]
    public void Customparams_adds_what_is_missing_and_merges_objects()
    {
        var body = Body(Ask, "customparams", """{"temperature":9,"extra":{"a":1},"stream_options":{"b":2}}""");
        Assert.Equal("0.5", body["temperature"]!.ToString());
        Assert.Equal(1, (int)body["extra"]!["a"]!);
    }

    [Fact]
    public void Cerebras_qwen_minimax_and_glm_have_fields_of_their_own()
    {
        Assert.False((bool)Body(Ask, "cerebras")["disable_reasoning"]!);
        Assert.True((bool)Body(Ask, "qwen")["enable_thinking"]!);
        Assert.Equal("5000", Body(Ask, "qwen")["thinking_budget"]!.ToString());
        Assert.True((bool)Body(Ask, "minimax", model: "MiniMax-M2.1")["reasoning_split"]!);
        Assert.Equal("adaptive", (string)Body(Ask, "minimax", model: "MiniMax-M3")["thinking"]!["type"]!);
        Assert.Equal("medium", (string)Body(Ask, "zai", model: "glm-5.1")["reasoning_effort"]!);
    }

    [Fact]
    public void Tooluse_demands_a_call_and_turns_ExitTool_into_text()
    {
        var body = Body(Ask, "tooluse");
        Assert.Equal("required", (string)body["tool_choice"]!);
        Assert.Equal("ExitTool", (string)body["tools"]![1]!["function"]!["name"]!);
        var message = Answer("tooluse", static sink =>
        {
            sink.Start(default);
            sink.BeginToolUse("c1"u8, "ExitTool"u8);
            sink.ToolInput("{\\\"resp"u8);
            sink.ToolInput("onse\\\":\\\"done \\u00e9\\\"}"u8);
            sink.EndBlock();
            sink.End(StopReason.ToolUse, default);
        });
        Assert.Equal("done é", message.Text);
        Assert.Empty(message.Calls);
        Assert.Equal(StopReason.EndTurn, message.Stop);
    }

    [Theory]
    [InlineData("""{"a":1}""", """{"a":1}""")]
    [InlineData("""{'a': 1, b: "x\d", c: True, // no""", """{"a":1,"b":"x\\d","c":true}""")]
    [InlineData("```json\n{\"a\": [1, 2,]}\n```", """{"a":[1,2]}""")]
    [InlineData("""{"a": "cut of""", """{"a":"cut of"}""")]
    [InlineData("""{"a":{"b":[{"c":null""", """{"a":{"b":[{"c":null}]}}""")]
    [InlineData("no json at all", """{"_raw":"no json at all"}""")]
    [InlineData("", """{"_raw":""}""")]
    [InlineData("{]}", "{}")]
    public void Enhancetool_repairs_arguments(string arguments, string expected) => Assert.Equal(expected, JsonRepair.Repair(arguments));

    [Fact]
    public void Repair_ends_on_any_text_and_gives_JSON()
    {
        var random = new Random(7);
        const string Alphabet = "{}[]:,\"'\\/*\n abct1-u0";
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            JsonNode.Parse(JsonRepair.Repair("{" + text));
        }
    }

    [Fact]
    public void Forcereasoning_asks_for_a_tag_and_keeps_the_answer_without_one()
    {
        var body = Body("""{"model":"x","messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"thinking","thinking":"old","signature":""},{"type":"text","text":"b"}]},{"role":"user","content":"c"}]}""", "forcereasoning");
        Assert.Contains("<reasoning_content>old</reasoning_content>", (string)body["messages"]![1]!["content"]!, StringComparison.Ordinal);
        Assert.Contains("reasoning_content", body["messages"]![2]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("plain", Answer("forcereasoning", static s => Say(s, "plain")).Text);
        var tagged = Answer("forcereasoning", static s => Say(s, "<reasoning_content>hm</reasoning_content>yes"));
        Assert.Equal(("hm", "yes"), (tagged.Reasoning, tagged.Text));
    }

    [Theory]
    [InlineData("thinktag", "<thinking>hm</thinking>yes")]
    [InlineData("extrathinktag", "<think>hm</think>yes")]
    [InlineData("kimi", "◁think▷hm◁/think▷yes")]
    [InlineData("moonshot", "◁think▷hm◁/think▷yes")]
    [InlineData("qwen", "<think>hm</think>yes")]
    [InlineData("glm", "<think>hm</think>yes")]
    [InlineData("minimax", "<think>hm</think>yes")]
    public void Tagged_thinking_becomes_thinking(string name, string text)
    {
        var message = Answer(name, s => Say(s, text));
        Assert.Equal(("hm", "yes"), (message.Reasoning.Trim(), message.Text.Trim()));
    }

    [Fact]
    public void Longcat_thinking_is_left_out_or_is_the_answer()
    {
        Assert.Equal(("", "yes"), Pair(Answer("longcat-thinking", static s => Think(s, "yes"))));
        Assert.Equal(("", "hm"), Pair(Answer("longcat-thinking", static s => Think(s, ""))));

        static (string, string) Pair(MessageReducer message) => (message.Reasoning, message.Text);

        static void Think(IMessageSink sink, string text)
        {
            sink.Start(default);
            sink.BeginThinking();
            sink.Thinking("hm"u8);
            sink.EndBlock();
            if (text.Length > 0)
            {
                sink.BeginText();
                sink.Text(Encoding.UTF8.GetBytes(text));
                sink.EndBlock();
            }

            sink.End(StopReason.EndTurn, default);
        }
    }

    [Fact]
    public void Toolcompress_shortens_declarations_by_level()
    {
        Assert.Contains("what", Body(Ask, "toolcompress").ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("what", Body(Ask, "toolcompress", """{"level":"medium"}""").ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("runs", Body(Ask, "toolcompress", """{"level":"high"}""").ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_is_edited_and_the_request_of_the_next_target_is_not()
    {
        var request = AnthropicRequestDecoder.Decode(Encoding.UTF8.GetBytes(Ask));
        TransformerCatalog.Find("maxtoken")!.Create(new() { ["max_tokens"] = 1 }).Edit(request.Copy(), new("p", "m"), new());
        Assert.Equal(100_000, request.MaxTokens);
    }

    private static void Say(IMessageSink sink, string text)
    {
        sink.Start(default);
        sink.BeginText();
        foreach (var b in text.Select(static c => c.ToString()))
        {
            sink.Text(Encoding.UTF8.GetBytes(b));
        }

        sink.EndBlock();
        sink.End(StopReason.EndTurn, default);
    }

    private static JsonObject Body(string ask, string name, string options = "{}", string model = "m")
    {
        var transformer = TransformerCatalog.Find(name)!.Create(JsonNode.Parse(options)!.AsObject());
        var target = new TargetOptions("p", model);
        transformer.Configure(target);
        var request = AnthropicRequestDecoder.Decode(Encoding.UTF8.GetBytes(ask));
        var loss = new LossReport();
        if (transformer.EditsRequest)
        {
            transformer.Edit(request, target, loss);
        }

        var output = new ArrayBufferWriter<byte>();
        ChatRequestEncoder.Encode(request, target, output, loss);
        var body = JsonNode.Parse(output.WrittenSpan)!.AsObject();
        if (transformer.EditsBody)
        {
            transformer.EditBody(body, request, target);
        }

        return body;
    }

    private static MessageReducer Answer(string name, Action<IMessageSink> say)
    {
        var message = new MessageReducer();
        var transformer = TransformerCatalog.Find(name)!.Create([]);
        say(transformer.Wrap(message, new CanonicalRequest(), new("p", "m")));
        return message;
    }
}
