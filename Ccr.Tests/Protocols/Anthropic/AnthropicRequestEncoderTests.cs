using System.Buffers;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Tests.Protocols.Anthropic;

/// <summary>Requests of all dialects as Anthropic Messages bodies. Numbers in names are those of the list of known translator bugs.</summary>
public class AnthropicRequestEncoderTests
{
    private const string Haiku = "claude-haiku-4-5";
    private const string Opus46 = "claude-opus-4-6";
    private const string Newest = "claude-opus-5";

    [Fact]
    public void A_plain_request_keeps_its_words_and_its_numbers()
    {
        Assert.Equal(
            """{"model":"claude-haiku-4-5","max_tokens":100,"system":[{"type":"text","text":"be \"brief\""}],"messages":[{"role":"user","content":[{"type":"text","text":"grüße 😀"}]}],"temperature":0.70,"stop_sequences":["END"],"stream":true,"inference_geo":"eu"}""",
            Own("""{"model":"x","max_tokens":100,"temperature":0.70,"stop_sequences":["END"," \n"],"stream":true,"inference_geo":"eu","system":"be \"brief\"","messages":[{"role":"user","content":"grüße 😀"}]}"""));
    }

    [Fact]
    public void P097_P098_thinking_of_Anthropics_own_goes_back_byte_for_byte()
    {
        var body = Own("""{"model":"x","max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"thinking","thinking":"a\u00e9\/ b","signature":"Sig+\/="},{"type":"redacted_thinking","data":"D=="},{"type":"text","text":"t"}]},{"role":"user","content":"r"}]}""");
        Assert.Contains("""{"type":"thinking","thinking":"a\u00e9\/ b","signature":"Sig+\/="},{"type":"redacted_thinking","data":"D=="}""", body, StringComparison.Ordinal);
    }

    [Fact]
    public void P099_another_providers_reasoning_is_left_out_and_told()
    {
        var foreign = Encoding.ASCII.GetString(new ReasoningEnvelope { Origin = Dialect.Gemini, Provider = "g", Data = "x" }.Seal());
        var loss = new LossReport();
        var body = Own($$"""{"model":"x","max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"thinking","thinking":"a","signature":"{{foreign}}"},{"type":"thinking","thinking":"unsigned","signature":""},{"type":"redacted_thinking","data":"{{foreign}}"}]},{"role":"user","content":"r"}]}""", Haiku, loss);
        Assert.DoesNotContain("thinking", body, StringComparison.Ordinal);
        Assert.Equal(3, loss.Entries.Count);

        // The turn that was nothing but reasoning is gone, and the turns around it are one.
        Assert.Equal(["user"], Roles(body));
    }

    [Fact]
    public void P099_sealed_reasoning_of_Anthropics_own_is_opened_for_it()
    {
        var own = Encoding.ASCII.GetString(new ReasoningEnvelope { Origin = Dialect.Anthropic, Data = "Sig=" }.Seal());
        var request = From(Dialect.OpenAIResponses, r => r.Messages.AddRange([User("q"), Assistant(new TextBlock(E("t")), new ThinkingBlock(E("a"), E(own)))]));
        Assert.Contains("""[{"type":"thinking","thinking":"a","signature":"Sig="},{"type":"text","text":"t"}]""", Encode(request, Haiku), StringComparison.Ordinal);
    }

    [Fact]
    public void P100_a_tool_loop_that_lost_its_thinking_runs_without_it()
    {
        var loss = new LossReport();
        const string request = """{"model":"x","max_tokens":9000,"thinking":{"type":"enabled","budget_tokens":2000},"context_management":{"edits":[{"type":"clear_thinking_20251015"}]},"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"n","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"r"}]}]}""";
        var body = Parse(Own(request, Haiku, loss));
        Assert.Equal("disabled", body.GetProperty("thinking").GetProperty("type").GetString());
        Assert.Contains(loss.Entries, e => e.Path == "thinking");

        // An edit that clears thinking is refused when there is none (P76).
        Assert.False(body.TryGetProperty("context_management", out _));

        // From 4.6 on thinking need not stand first when the model itself decides.
        Assert.Equal("adaptive", Parse(Own(request, Opus46)).GetProperty("thinking").GetProperty("type").GetString());
    }

    [Fact]
    public void P100_remembered_reasoning_keeps_a_tool_loop_thinking()
    {
        var request = From(Dialect.OpenAIChat, r =>
        {
            r.Effort = E("high");
            r.Messages.AddRange([User("q"), Assistant(Call("a", "{}")), new(MessageRole.User, [Result("a", "r")], 2)]);
        });
        var output = new ArrayBufferWriter<byte>();
        AnthropicRequestEncoder.Encode(request, new TargetOptions("p", Haiku) { Memory = new Memory() }, output, new());
        var body = Parse(Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.Equal("enabled", body.GetProperty("thinking").GetProperty("type").GetString());
        Assert.Equal("S", body.GetProperty("messages")[1].GetProperty("content")[0].GetProperty("signature").GetString());
    }

    [Theory]
    [InlineData(Haiku, "high", """{"type":"enabled","budget_tokens":24576}""", null)]
    [InlineData("claude-opus-4-5", "xhigh", """{"type":"enabled","budget_tokens":32768}""", "high")]
    [InlineData(Opus46, "xhigh", """{"type":"adaptive"}""", "high")]
    [InlineData(Newest, "xhigh", """{"type":"adaptive","display":"summarized"}""", "xhigh")]
    [InlineData(Newest, "minimal", """{"type":"adaptive","display":"summarized"}""", "low")]
    [InlineData(Newest, "none", """{"type":"disabled"}""", null)]
    [InlineData("claude-mythos-1", "none", null, "low")]
    [InlineData("claude-3-5-haiku", "high", null, null)]
    public void P118_effort_becomes_the_form_of_thinking_that_the_model_takes(string model, string effort, string? thinking, string? expectedEffort)
    {
        var body = Parse(Encode(From(Dialect.OpenAIChat, r =>
        {
            r.Effort = E(effort);
            r.Messages.Add(User("q"));
        }), model));
        Assert.Equal(thinking, body.TryGetProperty("thinking", out var t) ? t.GetRawText() : null);
        Assert.Equal(expectedEffort, body.TryGetProperty("output_config", out var config) ? config.GetProperty("effort").GetString() : null);
    }

    [Theory]
    [InlineData(Dialect.OpenAIChat, 1000, 2000, 3000, 2000)]
    [InlineData(Dialect.OpenAIChat, 64_000, 2000, 64_000, 2000)]
    [InlineData(Dialect.Anthropic, 1500, 2000, 1500, 1499)]
    [InlineData(Dialect.Anthropic, 500, 2000, 1524, 1523)]
    [InlineData(Dialect.Gemini, 5000, 10, 5000, 1024)]
    public void P119_the_budget_is_within_its_bounds_and_the_limit_above_it(Dialect dialect, long max, long budget, long expectedMax, long expectedBudget)
    {
        var body = Parse(Encode(From(dialect, r =>
        {
            r.MaxTokens = max;
            r.Thinking = ThinkingMode.Enabled;
            r.ThinkingBudget = budget;
            r.Messages.Add(User("q"));
        }), Haiku));
        Assert.Equal(expectedMax, body.GetProperty("max_tokens").GetInt64());
        Assert.Equal(expectedBudget, body.GetProperty("thinking").GetProperty("budget_tokens").GetInt64());
    }

    [Theory]
    [InlineData(Haiku, null, 64_000)]
    [InlineData("claude-3-haiku", 32_000L, 4096)]
    [InlineData("glm-4.6", null, 8192)]
    public void P197_max_tokens_is_never_above_the_models_limit(string model, long? wanted, long expected) =>
        Assert.Equal(expected, Parse(Encode(From(Dialect.OpenAIChat, r =>
        {
            r.MaxTokens = wanted;
            r.Messages.Add(User("q"));
        }), model)).GetProperty("max_tokens").GetInt64());

    [Fact]
    public void P122_P123_P124_ids_are_legal_and_alike_on_call_and_result()
    {
        var body = Parse(Encode(From(Dialect.OpenAIChat, r => r.Messages.AddRange(
        [
            User("q"), Assistant(Call("functions.Bash:0", "{}")), new(MessageRole.User, [Result("functions.Bash:0", "r")], 2),
            Assistant(Call("functions.Bash:0", "{}")), new(MessageRole.User, [Result("functions.Bash:0", "s")], 4),
        ])), Haiku));
        var ids = body.GetProperty("messages").EnumerateArray().SelectMany(m => m.GetProperty("content").EnumerateArray())
            .Select(b => b.TryGetProperty("id", out var id) ? id.GetString()! : b.TryGetProperty("tool_use_id", out var result) ? "=" + result.GetString() : "").Where(id => id.Length > 0).ToList();
        Assert.Equal(4, ids.Count);
        Assert.All(ids, id => Assert.Matches("^=?[a-zA-Z0-9_-]{1,40}$", id));
        Assert.Equal("=" + ids[0], ids[1]);
        Assert.Equal("=" + ids[2], ids[3]);
        Assert.NotEqual(ids[0], ids[2]);
    }

    [Fact]
    public void P131_P136_P137_results_are_one_message_in_call_order_before_everything_else_and_the_last_of_two_counts()
    {
        var body = Encode(From(Dialect.OpenAIChat, r => r.Messages.AddRange(
        [
            User("q"), Assistant(Call("a", "{}"), Call("b", "{}"), Call("c", "{}"), new TextBlock(E("calling"))),
            User("wait"), new(MessageRole.User, [Result("b", "old")], 3), new(MessageRole.System, [new TextBlock(E("note"))], 4), new(MessageRole.User, [Result("b", "B")], 5), new(MessageRole.User, [Result("a", "A")], 6), new(MessageRole.User, [Result("z", "orphan")], 7),
        ])), Haiku);
        var messages = Parse(body).GetProperty("messages");
        Assert.Equal(["user", "assistant", "user"], Roles(body));
        Assert.Equal(["text", "tool_use", "tool_use", "tool_use"], Types(messages[1]));
        Assert.Equal(["tool_result", "tool_result", "tool_result", "text", "text", "text"], Types(messages[2]));
        var content = messages[2].GetProperty("content");
        Assert.Equal(["a", "b", "c"], content.EnumerateArray().Take(3).Select(b => b.GetProperty("tool_use_id").GetString()!));
        Assert.Equal("B", content[1].GetProperty("content")[0].GetProperty("text").GetString());
        Assert.True(content[2].GetProperty("is_error").GetBoolean());
        Assert.Equal("<system-reminder>\nnote\n</system-reminder>", content[4].GetProperty("text").GetString());
        Assert.Equal("orphan", content[5].GetProperty("text").GetString());
    }

    [Fact]
    public void A_system_message_in_the_middle_stays_one_where_the_model_takes_it_and_never_parts_call_and_result()
    {
        var body = Encode(From(Dialect.OpenAIChat, r => r.Messages.AddRange(
        [
            new(MessageRole.System, [new TextBlock(E("head"))], 0), User("q"), Assistant(Call("a", "{}")), new(MessageRole.System, [new TextBlock(E("note"))], 3), new(MessageRole.User, [Result("a", "A")], 4), Assistant(new TextBlock(E("t"))), User("u"),
        ])), Newest);
        Assert.Equal(["user", "assistant", "user", "system", "assistant", "user"], Roles(body));
        Assert.Equal("head", Parse(body).GetProperty("system")[0].GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("\"\"", "{}")]
    [InlineData("null", "{}")]
    [InlineData("""{"a":1.0,"b":{}}""", """{"a":1.0,"b":{}}""")]
    [InlineData("""[1]""", """{"value":[1]}""")]
    [InlineData("""{"a":""", """{"_raw":"{\"a\":"}""")]
    [InlineData("\"{\\\"a\\\": 1}\"", """{"a": 1}""")]
    [InlineData("\"{\\\"a\\\"\"", """{"_raw":"{\"a\""}""")]
    public void P139_arguments_are_always_an_object(string input, string expected)
    {
        var body = Encode(From(Dialect.OpenAIChat, r => r.Messages.AddRange([User("q"), Assistant(Call("a", input))])), Haiku);
        Assert.Contains($"\"name\":\"n\",\"input\":{expected}}}", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Haiku, "0.5", "0.9", "0.5", null)]
    [InlineData(Haiku, "1.7", null, "1", null)]
    [InlineData(Haiku, null, "0.9", null, "0.9")]
    [InlineData(Newest, "0.5", "0.9", null, null)]
    [InlineData("glm-4.6", "0.5", "0.9", "0.5", "0.9")]
    public void P140_sampling_is_as_the_model_takes_it(string model, string? temperature, string? topP, string? expectedTemperature, string? expectedTopP)
    {
        var body = Parse(Encode(From(Dialect.OpenAIChat, r =>
        {
            r.Temperature = Raw(temperature ?? "null");
            r.TopP = Raw(topP ?? "null");
            r.Messages.Add(User("q"));
        }), model));
        Assert.Equal(expectedTemperature, body.TryGetProperty("temperature", out var t) ? t.GetRawText() : null);
        Assert.Equal(expectedTopP, body.TryGetProperty("top_p", out var p) ? p.GetRawText() : null);
    }

    [Fact]
    public void P140_nothing_is_sampled_while_thinking()
    {
        var body = Parse(Own("""{"model":"x","max_tokens":9000,"temperature":1,"thinking":{"type":"enabled","budget_tokens":2000},"messages":[{"role":"user","content":"q"}]}"""));
        Assert.False(body.TryGetProperty("temperature", out _));
    }

    [Fact]
    public void P141_blocks_of_server_tools_go_back_untouched_and_unanswered()
    {
        const string blocks = """{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"q"}},{"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[{"type":"web_search_result","url":"u","title":"t","encrypted_content":"E","page_age":null}]},{"type":"text","text":"x","citations":[{"type":"web_search_result_location","url":"u","title":"t","encrypted_index":"I","cited_text":"c"}]}""";
        var body = Own($$"""{"model":"x","max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{{blocks}}]},{"role":"user","content":"r"}]}""");
        Assert.Contains("[" + blocks + "]", body, StringComparison.Ordinal);
        Assert.DoesNotContain("\"tool_result\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public void P194_blank_text_and_blank_stops_are_left_out()
    {
        var body = Encode(From(Dialect.OpenAIChat, r =>
        {
            r.StopSequences.AddRange([E(" "), E("\n"), E("S")]);
            r.Messages.AddRange([User(" \n"), Assistant(new TextBlock(E("")), new TextBlock(E("a")), Call("i", "{}")), new(MessageRole.User, [new ToolResultBlock(E("i"), [], true)], 2)]);
        }), Haiku);
        Assert.Equal(["user", "assistant", "user"], Roles(body));
        Assert.Contains("\"stop_sequences\":[\"S\"]", body, StringComparison.Ordinal);
        Assert.Contains("\"content\":\"(error)\",\"is_error\":true", body, StringComparison.Ordinal);
        Assert.DoesNotContain("\"text\":\"\"", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("image/png", "/9j/4AAQSkZJRgABAQAAAQABAAD", "image/jpeg")]
    [InlineData("image/png", "\\/9j\\/4AAQSkZJRgABAQAAAQABAAD", "image/jpeg")]
    [InlineData("image/jpeg", "iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB", "image/png")]
    [InlineData("image/jpeg", "R0lGODlhAQABAAAAACwAAAAAAQABAAA", "image/gif")]
    [InlineData("image/jpeg", "UklGRiQAAABXRUJQVlA4IBgAAAAw", "image/webp")]
    [InlineData("image/jpg", "AAAA", "image/jpeg")]
    public void P195_the_media_type_is_told_by_the_first_bytes(string declared, string data, string expected)
    {
        var body = Encode(From(Dialect.OpenAIChat, r => r.Messages.Add(new(MessageRole.User, [new ImageBlock(E(declared), new(Encoding.ASCII.GetBytes(data)), default)], 0))), Haiku);
        Assert.Contains($"{{\"type\":\"image\",\"source\":{{\"type\":\"base64\",\"media_type\":\"{expected}\",\"data\":\"{data}\"}}", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("someone@example.org", "8f0d5e3b", false)]
    [InlineData("user_1", "user_1", true)]
    public void P196_an_address_is_never_sent_as_the_user(string id, string expected, bool plain)
    {
        var sent = Parse(Encode(From(Dialect.OpenAIChat, r =>
        {
            r.UserId = E(id);
            r.Messages.Add(User("q"));
        }), Haiku)).GetProperty("metadata").GetProperty("user_id").GetString()!;
        Assert.Equal(plain, sent == expected);
        Assert.Equal(plain, sent.Length != 64);
    }

    [Fact]
    public void Metadata_and_unknown_fields_of_an_Anthropic_client_are_written_once_and_as_they_were()
    {
        var body = Own("""{"model":"x","max_tokens":9,"metadata":{"user_id":"{\"a\":1}","more":1.0},"service_tier":"standard_only","messages":[{"role":"user","content":"q"}]}""");
        Assert.Contains(""","service_tier":"standard_only","metadata":{"user_id":"{\"a\":1}","more":1.0}}""", body, StringComparison.Ordinal);
    }

    [Fact]
    public void Breakpoints_are_set_for_clients_that_have_none()
    {
        var body = Parse(Encode(From(Dialect.OpenAIResponses, r =>
        {
            r.System.AddRange([new TextBlock(E("s")), new TextBlock(E("t"))]);
            r.Tools.AddRange([Tool("a"), Tool("b")]);
            r.Messages.AddRange([User("1"), Assistant(new TextBlock(E("x"))), User("2"), Assistant(new TextBlock(E("x"))), User("3")]);
        }), Haiku));
        Assert.Equal([false, true], body.GetProperty("tools").EnumerateArray().Select(HasMark));
        Assert.Equal([false, true], body.GetProperty("system").EnumerateArray().Select(HasMark));
        Assert.Equal([false, false, true, false, true], body.GetProperty("messages").EnumerateArray().Select(m => HasMark(m.GetProperty("content")[0])));

        static bool HasMark(JsonElement block) => block.TryGetProperty("cache_control", out _);
    }

    [Fact]
    public void Breakpoints_of_an_Anthropic_client_stay_as_they_are()
    {
        var body = Own("""{"model":"x","max_tokens":9,"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral","ttl":"1h"}}],"messages":[{"role":"user","content":"q"}]}""");
        Assert.Contains("\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}", body, StringComparison.Ordinal);
        Assert.Equal(2, body.Split("cache_control").Length);
    }

    [Theory]
    [InlineData(ToolChoice.Any, Haiku, """{"type":"any","disable_parallel_tool_use":true}""")]
    [InlineData(ToolChoice.Named, Haiku, """{"type":"tool","name":"mcp__a_b_8b1b3ea5","disable_parallel_tool_use":true}""")]
    [InlineData(ToolChoice.Unset, Haiku, """{"type":"auto","disable_parallel_tool_use":true}""")]
    [InlineData(ToolChoice.None, Haiku, """{"type":"none"}""")]
    public void Tool_choice_is_said_in_Anthropics_words(ToolChoice choice, string model, string expected)
    {
        var body = Parse(Encode(From(Dialect.OpenAIChat, r =>
        {
            r.Tools.Add(Tool("mcp__a.b"));
            r.ToolChoice = choice;
            r.ToolChoiceName = E("mcp__a.b");
            r.DisableParallelTools = true;
            r.Messages.AddRange([User("q"), Assistant(new ToolUseBlock(E("i"), E("mcp__a.b"), Raw("{}")))]);
        }), model));
        var name = body.GetProperty("tools")[0].GetProperty("name").GetString()!;
        Assert.Matches("^mcp__a_b_[0-9a-f]{8}$", name);
        Assert.Equal(name, body.GetProperty("messages")[1].GetProperty("content")[0].GetProperty("name").GetString());
        Assert.Equal(expected.Replace("mcp__a_b_8b1b3ea5", name, StringComparison.Ordinal), body.GetProperty("tool_choice").GetRawText());
    }

    [Fact]
    public void A_forced_tool_gives_way_to_thinking_where_both_are_refused()
    {
        var loss = new LossReport();
        var body = Parse(Encode(From(Dialect.OpenAIChat, r =>
        {
            r.Tools.Add(Tool("a"));
            r.ToolChoice = ToolChoice.Any;
            r.Effort = E("low");
            r.Messages.Add(User("q"));
        }), Haiku, loss));
        Assert.Equal("auto", body.GetProperty("tool_choice").GetProperty("type").GetString());
        Assert.Contains(loss.Entries, e => e.Path == "tool_choice");
    }

    [Fact]
    public void P144_a_custom_tool_takes_one_string_and_tells_its_grammar()
    {
        var body = Encode(From(Dialect.OpenAIResponses, r =>
        {
            r.Tools.Add(new()
            {
                Kind = ToolKind.Custom,
                Name = E("apply_patch"),
                Description = E("Edits."),
                Dialect = Dialect.OpenAIResponses,
                Raw = Raw("""{"type":"custom","name":"apply_patch","format":{"type":"grammar","syntax":"lark","definition":"start: \"x\"\n"}}"""),
            });
            r.Messages.Add(User("q"));
        }), Haiku);
        Assert.Contains("""{"name":"apply_patch","description":"Edits.\n\nThe input follows this grammar (lark):\nstart: \"x\"\n","input_schema":{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}""", body, StringComparison.Ordinal);
    }

    [Fact]
    public void Web_search_becomes_Anthropics_and_other_providers_tools_are_dropped()
    {
        var loss = new LossReport();
        var body = Parse(Encode(From(Dialect.OpenAIResponses, r =>
        {
            r.Tools.Add(new() { Kind = ToolKind.WebSearch, Type = E("web_search"), Dialect = Dialect.OpenAIResponses });
            r.Tools.Add(new() { Kind = ToolKind.Mcp, Type = E("mcp"), Dialect = Dialect.OpenAIResponses });
            r.Messages.Add(User("q"));
        }), Haiku, loss));
        Assert.Equal("web_search_20250305", Assert.Single(body.GetProperty("tools").EnumerateArray()).GetProperty("type").GetString());
        Assert.Contains(loss.Entries, e => e.Path == "tools[] (mcp)");
    }

    [Fact]
    public void Allowed_tools_are_the_only_ones_declared()
    {
        var body = Parse(Encode(From(Dialect.OpenAIChat, r =>
        {
            r.Tools.AddRange([Tool("a"), Tool("b")]);
            r.AllowedTools.Add(E("b"));
            r.Messages.Add(User("q"));
        }), Haiku));
        Assert.Equal("b", Assert.Single(body.GetProperty("tools").EnumerateArray()).GetProperty("name").GetString());
    }

    [Fact]
    public void A_history_with_calls_declares_their_tools_though_the_client_no_longer_does()
    {
        var body = Parse(Encode(From(Dialect.OpenAIResponses, r => r.Messages.AddRange([User("q"), Assistant(Call("a", "{}")), new(MessageRole.User, [Result("a", "r")], 2), User("sum up")])), Haiku));
        Assert.Equal("n", Assert.Single(body.GetProperty("tools").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal("none", body.GetProperty("tool_choice").GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("""{"properties":{"a":{"type":"string"}},"required":["a"]}""", """{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}""")]
    [InlineData("null", """{"type":"object","properties":{}}""")]
    [InlineData("""{"type":"object"}""", """{"type":"object","properties":{}}""")]
    [InlineData("""{"type":"object","z":1.0,"properties":{}}""", """{"type":"object","z":1.0,"properties":{}}""")]
    [InlineData("""{"oneOf":[{"properties":{"a":{}}},{"properties":{"b":{},"a":1}}]}""", """{"type":"object","description":"Exactly one of these forms holds: [{\"properties\":{\"a\":{}}},{\"properties\":{\"b\":{},\"a\":1}}].","properties":{"a":{},"b":{}}}""")]
    public void A_tools_schema_is_a_plain_object(string schema, string expected)
    {
        var body = Parse(Encode(From(Dialect.OpenAIChat, r =>
        {
            r.Tools.Add(Tool("a") with { InputSchema = Raw(schema) });
            r.Messages.Add(User("q"));
        }), Haiku));
        Assert.Equal(expected, body.GetProperty("tools")[0].GetProperty("input_schema").GetRawText());
    }

    [Fact]
    public void A_schema_for_the_answer_is_closed_or_said_in_words()
    {
        var request = From(Dialect.OpenAIChat, r =>
        {
            r.OutputFormat = OutputFormat.JsonSchema;
            r.OutputSchema = Raw("""{"type":"object","properties":{"type":{"type":"string","enum":["object"]},"o":{"type":"object","properties":{}}}}""");
            r.Messages.Add(User("q"));
        });
        Assert.Equal(
            """{"type":"json_schema","schema":{"type":"object","properties":{"type":{"type":"string","enum":["object"]},"o":{"type":"object","properties":{},"additionalProperties":false}},"additionalProperties":false}}""",
            Parse(Encode(request, Haiku)).GetProperty("output_config").GetProperty("format").GetRawText());
        Assert.Contains("JSON Schema", Parse(Encode(request, "claude-3-5-haiku")).GetProperty("system")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Media_are_refused_with_their_place()
    {
        var request = From(Dialect.Gemini, r => r.Messages.Add(new(MessageRole.User, [new MediaBlock(E("audio/wav"), E("AAAA"), default)], 3)));
        Assert.Equal("messages[3].content", Assert.Throws<RequestFormatException>(() => Encode(request, Haiku)).Path);
    }

    [Fact]
    public void A_prefill_loses_its_trailing_blanks_or_becomes_an_ordinary_turn()
    {
        var request = From(Dialect.OpenAIChat, r => r.Messages.AddRange([User("q"), Assistant(new TextBlock(E("{ \n ")))]));
        Assert.Equal("{", Parse(Encode(request, Haiku)).GetProperty("messages")[1].GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal(["user", "assistant", "user"], Roles(Encode(request, Newest)));
    }

    [Fact]
    public void A_conversation_begins_with_the_person() =>
        Assert.Equal(["user", "assistant", "user"], Roles(Encode(From(Dialect.Gemini, r => r.Messages.AddRange([Assistant(new TextBlock(E("hello"))), User("q")])), Haiku)));

    [Fact]
    public void On_Vertex_model_and_stream_stand_in_the_address()
    {
        var output = new ArrayBufferWriter<byte>();
        var request = From(Dialect.OpenAIChat, r =>
        {
            r.Stream = true;
            r.Messages.Add(User("q"));
        });
        AnthropicRequestEncoder.Encode(request, new TargetOptions("v", Haiku) { VertexAnthropicVersion = "vertex-2023-10-16" }, output, new());
        var body = Parse(Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.Equal("vertex-2023-10-16", body.GetProperty("anthropic_version").GetString());
        Assert.False(body.TryGetProperty("model", out _));
        Assert.False(body.TryGetProperty("stream", out _));
    }

    internal static string Own(string json, string model = Haiku, LossReport? loss = null) => Encode(AnthropicRequestDecoder.Decode(Encoding.UTF8.GetBytes(json)), model, loss);

    internal static string Encode(CanonicalRequest request, string model, LossReport? loss = null)
    {
        var output = new ArrayBufferWriter<byte>();
        AnthropicRequestEncoder.Encode(request, new TargetOptions("p", model), output, loss ?? new());
        var body = Encoding.UTF8.GetString(output.WrittenSpan);
        JsonDocument.Parse(body).Dispose();
        return body;
    }

    private static CanonicalRequest From(Dialect dialect, Action<CanonicalRequest> fill)
    {
        var request = new CanonicalRequest { Dialect = dialect };
        fill(request);
        return request;
    }

    private static EscapedText E(string text) => EscapedText.From(text);

    private static RawJson Raw(string json) => new(Encoding.UTF8.GetBytes(json));

    private static CanonicalMessage User(string text) => new(MessageRole.User, [new TextBlock(E(text))], 0);

    private static CanonicalMessage Assistant(params ContentBlock[] blocks) => new(MessageRole.Assistant, blocks, 1);

    private static ToolUseBlock Call(string id, string input) => new(E(id), E("n"), Raw(input));

    private static ToolResultBlock Result(string id, string text) => new(E(id), [new TextBlock(E(text))], false);

    private static ToolDefinition Tool(string name) => new() { Name = E(name), InputSchema = Raw("""{"type":"object","properties":{}}"""), Dialect = Dialect.OpenAIChat };

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;

    private static List<string> Roles(string body) => Parse(body).GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("role").GetString()!).ToList();

    private static List<string> Types(JsonElement message) => message.GetProperty("content").EnumerateArray().Select(b => b.GetProperty("type").GetString()!).ToList();

    private sealed class Memory : IReasoningMemory
    {
        public RememberedReasoning? Find(ReadOnlySpan<byte> toolUseId) => toolUseId.SequenceEqual("a"u8) ? new("words"u8.ToArray(), "S"u8.ToArray()) : null;
    }
}
