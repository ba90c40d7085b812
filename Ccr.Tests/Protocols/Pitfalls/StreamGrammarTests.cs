using System.Buffers;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;

namespace Ccr.Tests.Protocols.Pitfalls;

/// <summary>Section 1 of the list of translator bugs: the grammar of streams.</summary>
public class StreamGrammarTests
{
    public static TheoryData<Dialect> All => Wire.All;

    [Fact]
    public void P002_P012_reasoning_goes_into_a_thinking_block()
    {
        var events = Wire.Data(Wire.Answer(Dialect.OpenAIChat, Dialect.Anthropic,
            """{"choices":[{"delta":{"role":"assistant","content":""}}]}""",
            """{"choices":[{"delta":{"content":"","reasoning_content":"a"}}]}""",
            """{"choices":[{"delta":{"content":"b"}}]}""",
            """{"choices":[{"delta":{"reasoning_content":"c"}}]}""",
            """{"choices":[{"delta":{"content":"d"},"finish_reason":"stop"}]}""", "[DONE]"));
        Assert.Equal(["thinking", "text", "thinking", "text"], events.Where(e => e.Word("type") == "content_block_start").Select(e => e.GetProperty("content_block").Word("type")));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void P003_P014_a_message_begins_once_and_ends_once(Dialect to)
    {
        // The finish reason twice, usage after it, [DONE], and then the end of the connection.
        var stream = Wire.Answer(Dialect.OpenAIChat, to,
            """{"choices":[{"delta":{"role":"assistant","content":"a"}}]}""",
            """{"choices":[{"delta":{"role":"assistant"},"finish_reason":"stop"}]}""",
            """{"choices":[{"delta":{},"finish_reason":"stop"}]}""",
            """{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}""", "[DONE]", "[DONE]");
        (string Text, int Times)[] once = to switch
        {
            Dialect.Anthropic => [("event: message_start\n", 1), ("event: content_block_stop\n", 1), ("event: message_delta\n", 1), ("event: message_stop\n", 1)],
            Dialect.OpenAIChat => [("\"role\"", 1), ("\"finish_reason\":\"stop\"", 1), ("[DONE]", 1)],
            Dialect.OpenAIResponses => [("event: response.created\n", 1), ("event: response.output_item.done\n", 1), ("event: response.completed\n", 1)],
            _ => [("finishReason", 1), ("usageMetadata", 1)],
        };
        Assert.All(once, o => Assert.Equal(o.Times, stream.Split(o.Text).Length - 1));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void P004_P032_the_first_piece_of_every_block_arrives(Dialect to)
    {
        var text = Read(to, Wire.Answer(Dialect.OpenAIChat, to,
            """{"choices":[{"delta":{"role":"assistant","reasoning_content":"think"}}]}""",
            """{"choices":[{"delta":{"content":"say"}}]}""",
            """{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]}}]}""",
            """{"choices":[{"delta":{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":"{\"y\":2}"}}]}}]}""",
            """{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}""", "[DONE]"));
        Assert.Equal(("think", "say"), (text.Reasoning, text.Text));
        Assert.Equal([("f", """{"x":1}"""), ("g", """{"y":2}""")], text.Calls.Select(c => (c.Name, c.Arguments)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void P005_a_call_that_comes_in_one_piece_keeps_its_arguments(Dialect to)
    {
        var text = Read(to, Wire.Answer(Dialect.Gemini, to,
            """{"candidates":[{"content":{"parts":[{"text":"x"},{"functionCall":{"name":"f","args":{"a":{"b":[1,"é"]}}}}],"role":"model"}}]}""",
            """{"candidates":[{"content":{"parts":[{"functionCall":{"name":"g","args":{"c":true}}}],"role":"model"},"finishReason":"STOP"}]}"""));
        Assert.Equal([("f", """{"a":{"b":[1,"é"]}}"""), ("g", """{"c":true}""")], text.Calls.Select(c => (c.Name, c.Arguments)));
    }

    [Fact]
    public void P006_arguments_that_only_the_closing_events_hold_are_supplied_once()
    {
        var done = Wire.Reduce(Dialect.OpenAIResponses,
            """{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"fc","call_id":"c","name":"f","arguments":""}}""",
            """{"type":"response.function_call_arguments.done","output_index":0,"item_id":"fc","arguments":"{\"a\":1}"}""",
            """{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","id":"fc","call_id":"c","name":"f","arguments":"{\"a\":1}"}}""",
            """{"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","id":"fd","call_id":"d","name":"g","arguments":""}}""",
            """{"type":"response.function_call_arguments.delta","output_index":1,"item_id":"fd","delta":"{\"b\""}""",
            """{"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","id":"fd","call_id":"d","name":"g","arguments":"{\"b\":2}"}}""",
            """{"type":"response.completed","response":{"id":"r","status":"completed","output":[]}}""");
        Assert.Equal([("c", "f", """{"a":1}"""), ("d", "g", """{"b":2}""")], done.Calls);
    }

    [Fact]
    public void P009_P021_calls_in_one_delta_are_blocks_of_their_own()
    {
        var text = Read(Dialect.Anthropic, Wire.Answer(Dialect.OpenAIChat, Dialect.Anthropic,
            """{"choices":[{"delta":{"role":"assistant","tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}},{"index":1,"id":"b","function":{"name":"g","arguments":"{}"}},{"index":2,"id":"c","function":{"name":"h","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}""", "[DONE]"));
        Assert.Equal([("a", "f", "{}"), ("b", "g", "{}"), ("c", "h", "{}")], text.Calls);
    }

    [Fact]
    public void P018_a_signed_reasoning_item_without_words_eats_no_call()
    {
        var message = Wire.Reduce(Dialect.OpenAIResponses,
            """{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs","summary":[]}}""",
            """{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs","summary":[],"encrypted_content":"E"}}""",
            """{"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","id":"fc","call_id":"c","name":"f","arguments":""}}""",
            """{"type":"response.function_call_arguments.delta","output_index":1,"item_id":"fc","delta":"{}"}""",
            """{"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","id":"fc","call_id":"c","name":"f","arguments":"{}"}}""",
            """{"type":"response.completed","response":{"id":"r","status":"completed","output":[]}}""");
        Assert.Equal(["redacted", "tool"], message.Blocks);
        Assert.Equal(StopReason.ToolUse, message.Stop);
    }

    [Fact]
    public void P019_P116_several_summary_parts_are_one_block_with_one_signature()
    {
        string[] events =
        [
            """{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs","summary":[]}}""",
            """{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":0}""",
            """{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"a"}""",
            """{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":1}""",
            """{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":1,"delta":"b"}""",
            """{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs","summary":[{"type":"summary_text","text":"a"},{"type":"summary_text","text":"b"}],"encrypted_content":"E"}}""",
            """{"type":"response.completed","response":{"id":"r","status":"completed","output":[]}}""",
        ];
        var message = Wire.Reduce(Dialect.OpenAIResponses, events);
        Assert.Equal(["thinking"], message.Blocks);
        Assert.Equal("a\n\nb", message.Reasoning);
        Assert.Equal(Dialect.OpenAIResponses, ReasoningEnvelope.Open(Encoding.ASCII.GetBytes(Assert.Single(message.Signatures)))!.Origin);
        Assert.Single(Wire.Data(Wire.Answer(Dialect.OpenAIResponses, Dialect.Anthropic, events)), e => e.Word("type") == "content_block_start");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void P020_blocks_hold_the_fields_of_their_type_only(bool stream)
    {
        static void Play(IMessageSink sink)
        {
            sink.Start("x"u8);
            sink.BeginThinking();
            sink.Thinking("t"u8);
            sink.EndBlock();
            sink.BeginText();
            sink.Text("t"u8);
            sink.EndBlock();
            sink.BeginToolUse("c"u8, "f"u8);
            sink.EndBlock();
            sink.End(StopReason.ToolUse, default);
        }

        var blocks = stream
            ? Wire.Data(Wire.Stream(Dialect.Anthropic, Play)).Where(e => e.Word("type") == "content_block_start").Select(e => e.GetProperty("content_block"))
            : Wire.Whole(Dialect.Anthropic, Play).GetProperty("content").EnumerateArray();
        Assert.All(blocks, b => Assert.Equal(
            b.Word("type") switch { "thinking" => ["type", "thinking", "signature"], "text" => ["type", "text"], _ => (string[])["type", "id", "name", "input"] },
            b.EnumerateObject().Select(p => p.Name).Where(n => n is not ("citations" or "caller"))));
    }

    [Fact]
    public void P024_the_input_of_a_call_is_an_object()
    {
        static JsonElement Input(string arguments) => Wire.SendParsed(Dialect.OpenAIChat, Dialect.Anthropic,
            $$$"""{"model":"x","messages":[{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":{{{JsonSerializer.Serialize(arguments)}}}}}]},{"role":"tool","tool_call_id":"a","content":"r"}]}""")
            .GetProperty("messages")[1].GetProperty("content")[0].GetProperty("input");
        Assert.Equal("""{"x":"1"}""", Input("""{"x":"1"}""").GetRawText());
        Assert.Equal("{}", Input("").GetRawText());
        Assert.Equal(JsonValueKind.Object, Input("""{"x":""").ValueKind);
        Assert.Equal(JsonValueKind.Object, Input("[1]").ValueKind);
    }

    [Theory]
    [InlineData(Dialect.Anthropic)]
    [InlineData(Dialect.OpenAIResponses)]
    public void P037_every_event_has_its_name_and_its_blank_line(Dialect to)
    {
        var stream = Wire.Stream(to, sink =>
        {
            sink.Start("x"u8);
            sink.Alive();
            sink.BeginText();
            sink.Text("t"u8);
            sink.EndBlock();
            sink.End(StopReason.EndTurn, default);
        });
        Assert.EndsWith("\n\n", stream, StringComparison.Ordinal);
        Assert.All(stream[..^2].Split("\n\n"), e => Assert.Matches("^event: [a-z_.]+\ndata: \\{.*\\}$", e));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void P039_every_piece_is_written_as_it_comes(Dialect to)
    {
        var output = new ArrayBufferWriter<byte>();
        var encoder = Wire.StreamEncoder(to, output);
        encoder.Start("x"u8);
        encoder.BeginText();
        Grows(() => encoder.Text("a"u8));
        Grows(() => encoder.Text("b"u8));
        encoder.EndBlock();
        encoder.BeginToolUse("c"u8, "f"u8);

        // Gemini's calls are whole, by the form of the dialect.
        if (to != Dialect.Gemini)
        {
            Grows(() => encoder.ToolInput("{"u8));
            Grows(() => encoder.ToolInput("}"u8));
        }

        void Grows(Action action)
        {
            var before = output.WrittenCount;
            action();
            Assert.True(output.WrittenCount > before);
        }
    }

    [Fact]
    public void P040_long_inputs_are_the_pieces_one_after_the_other()
    {
        const string arguments = """{"a":"\\\"é😀\n\u00e9","b":[1.0,2e3,{"c":null}],"a":"twice"}""";
        var events = new List<string>
        {
            """{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"x","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}""",
            """{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"c","name":"f","input":{}}}""",
        };

        // Text elements, so that no piece ends within a surrogate pair, which no JSON string could hold.
        var pieces = System.Globalization.StringInfo.GetTextElementEnumerator(arguments);
        while (pieces.MoveNext())
        {
            events.Add($$$"""{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":{{{JsonSerializer.Serialize((string)pieces.Current)}}}}}""");
        }

        events.Add("""{"type":"content_block_stop","index":0}""");
        events.Add("""{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":5}}""");
        events.Add("""{"type":"message_stop"}""");
        Assert.All(Enum.GetValues<Dialect>().Where(d => d != Dialect.Gemini), to => Assert.Equal(arguments, Read(to, Wire.Answer(Dialect.Anthropic, to, [.. events])).Calls.Single().Arguments));
    }

    /// <summary>What a stream of a dialect says, read back by its decoder.</summary>
    private static MessageReducer Read(Dialect dialect, string stream)
    {
        var message = new MessageReducer();
        Wire.Play(dialect, Encoding.UTF8.GetBytes(stream), message);
        Assert.Null(message.Failure);
        return message;
    }
}
