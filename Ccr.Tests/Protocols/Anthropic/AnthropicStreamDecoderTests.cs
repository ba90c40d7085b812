using System.Buffers;
using System.Text;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;

namespace Ccr.Tests.Protocols.Anthropic;

/// <summary>Anthropic streams and messages as canonical messages. Every stream is also fed byte by byte, with the same outcome.</summary>
public class AnthropicStreamDecoderTests
{
    private const string Start = """{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"usage":{"input_tokens":10,"cache_read_input_tokens":5,"cache_creation_input_tokens":2,"output_tokens":1}}}""";
    private const string TextStart = """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""";
    private const string Stop = """{"type":"message_stop"}""";

    [Fact]
    public void Text_and_usage_and_the_stop_reason_arrive()
    {
        var message = Decode(Start, """{"type":"ping"}""", TextStart, Text(0, "a\\n"), Text(0, "b"), BlockStop(0), End("end_turn", "{\"output_tokens\":7}"), Stop);
        Assert.Equal("a\nb", message.Text);
        Assert.Equal(StopReason.EndTurn, message.Stop);
        Assert.Equal(new TokenCounts(17, 5, 2, 7, 0), message.Counts);
        Assert.Equal(["text"], message.Blocks);
    }

    [Fact]
    public void P001_an_empty_text_block_before_a_call_is_no_block()
    {
        var message = Decode(Start, TextStart, BlockStop(0), ToolStart(1, "toolu_1", "Bash"), Input(1, ""), Input(1, "{\\\"a\\\":"), Input(1, "1}"), BlockStop(1), End("tool_use"), Stop);
        Assert.Equal(["tool"], message.Blocks);
        Assert.Equal(("toolu_1", "Bash", "{\"a\":1}"), Assert.Single(message.Calls));
        Assert.Equal(StopReason.ToolUse, message.Stop);
    }

    [Fact]
    public void P007_a_call_makes_the_stop_reason_tool_use() =>
        Assert.Equal(StopReason.ToolUse, Decode(Start, ToolStart(0, "t", "n"), BlockStop(0), End("end_turn"), Stop).Stop);

    [Fact]
    public void P021_P022_input_of_the_start_counts_only_when_no_pieces_follow()
    {
        const string whole = """{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"n","input":{"a":"\"x\""}}}""";
        Assert.Equal("""{"a":"\"x\""}""", Decode(Start, whole, BlockStop(0), End("tool_use"), Stop).Calls[0].Arguments);
        Assert.Equal("{}", Decode(Start, whole, Input(0, "{}"), BlockStop(0), End("tool_use"), Stop).Calls[0].Arguments);
        Assert.Equal("", Decode(Start, ToolStart(0, "t", "n"), Input(0, ""), BlockStop(0), End("tool_use"), Stop).Calls[0].Arguments);
    }

    [Fact]
    public void P025_P026_what_comes_after_the_end_is_ignored()
    {
        var message = Decode(Start, TextStart, Text(0, "a"), BlockStop(0), End("end_turn"), Stop, """{"type":"ping"}""", "[DONE]");
        Assert.Equal(StopReason.EndTurn, message.Stop);
        Assert.Null(message.Failure);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void P027_a_stream_without_its_last_event_failed(int events)
    {
        string[] all = [Start, TextStart, Text(0, "a"), BlockStop(0), End("end_turn"), Stop];
        var message = Decode(all[..events]);
        Assert.Equal("stream_cut", message.Failure!.Code);
        Assert.Null(message.Stop);
    }

    [Fact]
    public void P029_a_second_message_inside_the_first_is_a_failure() =>
        Assert.Equal("second_message", Decode(Start, TextStart, Text(0, "a"), Start, TextStart, Text(0, "b"), BlockStop(0), End("end_turn"), Stop).Failure!.Code);

    [Fact]
    public void P030_max_tokens_outranks_a_call() =>
        Assert.Equal(StopReason.MaxTokens, Decode(Start, ToolStart(0, "t", "n"), Input(0, "{\\\"a"), BlockStop(0), End("max_tokens"), Stop).Stop);

    [Fact]
    public void P081_P082_P083_later_counts_replace_earlier_ones_unless_they_say_nothing()
    {
        Assert.Equal(new TokenCounts(117, 5, 2, 7, 3), Decode(Start, End("end_turn", """{"input_tokens":110,"cache_read_input_tokens":null,"output_tokens":7,"output_tokens_details":{"thinking_tokens":3}}"""), Stop).Counts);
        Assert.Equal(new TokenCounts(17, 5, 2, 7, 0), Decode(Start, End("end_turn", """{"input_tokens":0,"cache_read_input_tokens":0,"output_tokens":7}"""), Stop).Counts);
        Assert.Equal(new TokenCounts(20, 8, 2, 7, 0), Decode(Start, End("end_turn", """{"input_tokens":10,"cache_read_input_tokens":8,"output_tokens":7}"""), Stop).Counts);
    }

    [Fact]
    public void Hours_of_cache_and_web_searches_are_counted()
    {
        var counts = Decode(Start, End("end_turn", """{"cache_creation_input_tokens":9,"cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":5},"server_tool_use":{"web_search_requests":2},"output_tokens":1}"""), Stop).Counts;
        Assert.Equal((9, 5, 2), (counts.CacheWrite, counts.CacheWriteHour, counts.WebSearches));
    }

    [Fact]
    public void Thinking_ends_with_its_last_signature()
    {
        var message = Decode(
            Start,
            """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}""",
            Delta(0, """{"type":"thinking_delta","thinking":"hm"}"""), Delta(0, """{"type":"signature_delta","signature":"A"}"""), Delta(0, """{"type":"signature_delta","signature":"B"}"""), BlockStop(0),
            """{"type":"content_block_start","index":1,"content_block":{"type":"thinking","thinking":"","signature":""}}""", Delta(1, """{"type":"signature_delta","signature":"C"}"""), BlockStop(1),
            """{"type":"content_block_start","index":2,"content_block":{"type":"redacted_thinking","data":"D"}}""", BlockStop(2),
            End("end_turn"), Stop);
        Assert.Equal("hm", message.Reasoning);
        Assert.Equal(["B", "C", "D"], message.Signatures);
        Assert.Equal(["thinking", "thinking", "redacted"], message.Blocks);
    }

    [Fact]
    public void Signatures_of_other_makers_are_sealed()
    {
        var message = DecodeAs("MiniMax-M2", Start, """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"x","signature":"S\/"}}""", BlockStop(0), End("end_turn"), Stop);
        var envelope = ReasoningEnvelope.Open(Encoding.ASCII.GetBytes(message.Signatures[0]))!;
        Assert.Equal((Dialect.Anthropic, "p", "MiniMax-M2", "S/"), (envelope.Origin, envelope.Provider, envelope.Model, envelope.Data));
    }

    [Fact]
    public void A_web_search_is_one_call_with_its_sources_and_citations_follow()
    {
        var message = Decode(
            Start,
            """{"type":"content_block_start","index":0,"content_block":{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{}}}""", Input(0, "{\\\"query\\\":\\\"a "), Input(0, "\\\\\\\"b\\\"}"), BlockStop(0),
            """{"type":"content_block_start","index":1,"content_block":{"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[{"type":"web_search_result","url":"u","title":"t","encrypted_content":"E"}]}}""", BlockStop(1),
            """{"type":"content_block_start","index":2,"content_block":{"type":"text","text":"","citations":[]}}""",
            Delta(2, """{"type":"citations_delta","citation":{"type":"web_search_result_location","url":"u","title":"t","cited_text":"c"}}"""), Text(2, "x"), BlockStop(2),
            End("end_turn"), Stop);
        Assert.Equal((ServerToolKind.WebSearch, "a \"b"), Assert.Single(message.ServerTools));
        Assert.Equal(("u", "t"), Assert.Single(message.Citations));
        Assert.Equal(["server", "text"], message.Blocks);
        Assert.Equal(StopReason.EndTurn, message.Stop);
    }

    [Fact]
    public void P122_P127_ids_are_legal_and_never_twice_the_same()
    {
        var message = Decode(Start, ToolStart(0, "functions.Bash:0", "n"), BlockStop(0), ToolStart(1, "", "n"), BlockStop(1), ToolStart(2, "a", "n"), BlockStop(2), ToolStart(3, "a", "n"), BlockStop(3), End("tool_use"), Stop);
        Assert.Equal(4, message.Calls.Select(call => call.Id).Distinct().Count());
        Assert.Equal("a", message.Calls[2].Id);
    }

    [Fact]
    public void P171_an_error_event_ends_the_message()
    {
        var message = Decode(Start, TextStart, Text(0, "a"), """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", BlockStop(0), End("end_turn"), Stop);
        Assert.Equal(ErrorKind.Overloaded, message.Failure!.Kind);
        Assert.Null(message.Stop);
    }

    [Fact]
    public void P176_an_error_in_a_whole_answer_is_a_failure()
    {
        Assert.Equal(ErrorKind.Overloaded, Whole("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""").Failure!.Kind);
        Assert.NotNull(Whole("{}").Failure);
        Assert.NotNull(Whole("<html>").Failure);
        Assert.NotNull(Whole("""{"content":[{"type":"text","text":"a"}""").Failure);
        Assert.NotNull(Whole("[]").Failure);
    }

    [Fact]
    public void P189_unknown_events_blocks_and_deltas_are_passed_over()
    {
        var message = Decode(Start, """{"type":"novelty","x":[1]}""", """{"type":"content_block_start","index":0,"content_block":{"type":"compaction","content":"c"}}""", Delta(0, """{"type":"compaction_delta","content":"d"}"""), Input(0, "x"), BlockStop(0), Text(1, "unannounced"), BlockStop(1), End("stop_sequence", "{\"output_tokens\":1}", "S"), Stop);
        Assert.Equal("unannounced", message.Text);
        Assert.Equal(["text"], message.Blocks);
        Assert.Equal(StopReason.StopSequence, message.Stop);
    }

    [Fact]
    public void P194_an_answer_without_content_ends_well()
    {
        var message = Whole("""{"id":"m","content":[],"stop_reason":"stop_sequence","stop_sequence":"S","usage":{"input_tokens":1,"output_tokens":0}}""");
        Assert.Equal(StopReason.StopSequence, message.Stop);
        Assert.Empty(message.Blocks);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"a")]
    [InlineData("[1]")]
    public void Garbage_is_a_failure_and_never_an_exception(string data) =>
        Assert.Equal(ErrorKind.Malformed, Decode(Start, TextStart, data, Stop).Failure!.Kind);

    [Fact]
    public void Arguments_for_a_call_that_is_not_open_are_a_failure() =>
        Assert.Equal("tool_call_out_of_order", Decode(Start, ToolStart(0, "a", "n"), BlockStop(0), ToolStart(1, "b", "n"), Input(0, "{}"), BlockStop(1), End("tool_use"), Stop).Failure!.Code);

    [Fact]
    public void A_text_delta_allocates_nothing()
    {
        using var decoder = new AnthropicStreamDecoder(new AnthropicStreamEncoder(new Nowhere(), "msg_1", "m", "r"), "p", "claude-x");
        decoder.Feed(Encoding.UTF8.GetBytes(Sse(Start, TextStart, Text(0, "a"))));
        var delta = Encoding.UTF8.GetBytes(Sse(Text(0, "some words")));
        decoder.Feed(delta);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            decoder.Feed(delta);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static MessageReducer Decode(params string[] events) => DecodeAs("claude-haiku-4-5", events);

    private static MessageReducer DecodeAs(string model, params ReadOnlySpan<string> events)
    {
        var bytes = Encoding.UTF8.GetBytes(Sse(events));
        var message = new MessageReducer();
        using (var decoder = new AnthropicStreamDecoder(message, "p", model))
        {
            decoder.Feed(bytes);
            decoder.Complete();
            Assert.True(decoder.IsFinished);
        }

        var slow = new MessageReducer();
        using (var decoder = new AnthropicStreamDecoder(slow, "p", model))
        {
            foreach (var b in bytes)
            {
                decoder.Feed([b]);
            }

            decoder.Complete();
        }

        Assert.Equal((message.Text, message.Reasoning, message.Counts, message.Stop, message.Failure), (slow.Text, slow.Reasoning, slow.Counts, slow.Stop, slow.Failure));
        Assert.Equal(message.Calls, slow.Calls);
        Assert.Equal(message.Blocks, slow.Blocks);
        return message;
    }

    private static MessageReducer Whole(string json)
    {
        var message = new MessageReducer();
        using var decoder = new AnthropicStreamDecoder(message, "p", "claude-haiku-4-5");
        decoder.DecodeWhole(Encoding.UTF8.GetBytes(json));
        Assert.True(decoder.IsFinished);
        return message;
    }

    // Without event lines: what an event is stands in its data.
    private static string Sse(params ReadOnlySpan<string> events)
    {
        var text = new StringBuilder();
        foreach (var data in events)
        {
            text.Append("data: ").Append(data).Append("   \r\n\r\n");
        }

        return text.ToString();
    }

    private static string Delta(int index, string delta) => $$"""{"type":"content_block_delta","index":{{index}},"delta":{{delta}}}""";

    private static string Text(int index, string escaped) => Delta(index, $$"""{"type":"text_delta","text":"{{escaped}}"}""");

    private static string Input(int index, string escaped) => Delta(index, $$"""{"type":"input_json_delta","partial_json":"{{escaped}}"}""");

    private static string ToolStart(int index, string id, string name) =>
        $$$"""{"type":"content_block_start","index":{{{index}}},"content_block":{"type":"tool_use","id":"{{{id}}}","name":"{{{name}}}","input":{} } }""";

    private static string BlockStop(int index) => $$"""{"type":"content_block_stop","index":{{index}}}""";

    private static string End(string reason, string usage = "{\"output_tokens\":1}", string? sequence = null) =>
        $$$"""{"type":"message_delta","delta":{"stop_reason":"{{{reason}}}","stop_sequence":{{{(sequence is null ? "null" : $"\"{sequence}\"")}}} },"usage":{{{usage}}} }""";

    private sealed class Nowhere : IBufferWriter<byte>
    {
        private readonly byte[] _buffer = new byte[4096];

        public void Advance(int count)
        {
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => _buffer;

        public Span<byte> GetSpan(int sizeHint = 0) => _buffer;
    }
}
