using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.OpenAIChat;

namespace Ccr.Tests.Protocols;

/// <summary>Chat Completions streams as providers really send them. Numbers in names are those of the list of known translator bugs.</summary>
public class ChatStreamDecoderTests
{
    [Fact]
    public void Text_usage_and_stop_arrive()
    {
        var message = Decode(
            """{"id":"c1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""",
            """{"id":"c1","choices":[{"index":0,"delta":{"content":"Hel"},"finish_reason":null}]}""",
            """{"id":"c1","choices":[{"index":0,"delta":{"content":"lo \"you\"\n"},"finish_reason":null}]}""",
            """{"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""",
            """{"id":"c1","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":3,"total_tokens":13,"prompt_tokens_details":{"cached_tokens":4}}}""",
            "[DONE]");
        Assert.Equal("Hello \"you\"\n", message.Text);
        Assert.Equal(StopReason.EndTurn, message.Stop);
        Assert.Equal(new TokenCounts(10, 4, 0, 3, 0), message.Counts);
        Assert.Equal(6, message.Counts.UncachedInput);
    }

    [Fact]
    public void P001_no_block_is_opened_before_its_first_content()
    {
        var message = Decode(
            """{"choices":[{"delta":{"role":"assistant","content":""}}]}""",
            """{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"t1","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}""",
            "[DONE]");
        Assert.Equal(["tool"], message.Blocks);
    }

    [Fact]
    public void P007_any_call_makes_the_stop_reason_tool_use_whatever_finish_reason_says()
    {
        var message = Decode(Call(0, "t1", "f", "{}"), """{"choices":[{"delta":{},"finish_reason":"stop"}]}""", "[DONE]");
        Assert.Equal(StopReason.ToolUse, message.Stop);
    }

    [Fact]
    public void P008_arguments_of_interleaved_calls_stay_apart()
    {
        var message = Decode(
            Call(0, "a", "f", "{\\\"x\\\":"),
            Call(1, "b", "g", "{\\\"y\\\":"),
            Arguments(0, "1}"),
            Arguments(1, "2}"),
            """{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}""",
            "[DONE]");
        Assert.Equal([("a", "f", "{\"x\":1}"), ("b", "g", "{\"y\":2}")], message.Calls);
    }

    [Fact]
    public void P010_line_breaks_between_two_calls_open_no_text_block()
    {
        var message = Decode(Call(0, "a", "f", "{}"), """{"choices":[{"delta":{"content":"\n\n"}}]}""", Call(1, "b", "g", "{}"), """{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}""", "[DONE]");
        Assert.Equal(["tool", "tool"], message.Blocks);
    }

    [Fact]
    public void P011_P012_thinking_closes_before_a_call_and_text_before_thinking()
    {
        var message = Decode(
            """{"choices":[{"delta":{"reasoning_content":"hm"}}]}""",
            """{"choices":[{"delta":{"content":"a"}}]}""",
            """{"choices":[{"delta":{"reasoning_content":"again"}}]}""",
            Call(0, "t", "f", "{}"),
            """{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}""",
            "[DONE]");
        Assert.Equal(["thinking", "text", "thinking", "tool"], message.Blocks);
    }

    [Fact]
    public void P013_empty_and_null_tool_calls_are_no_tool_events()
    {
        var message = Decode(
            """{"choices":[{"delta":{"content":"a","tool_calls":[]}}]}""",
            """{"choices":[{"delta":{"content":"b","tool_calls":null}}]}""",
            """{"choices":[{"delta":{},"finish_reason":"stop"}]}""",
            "[DONE]");
        Assert.Equal(["text"], message.Blocks);
        Assert.Equal("ab", message.Text);
    }

    [Fact]
    public void P015_a_name_that_comes_late_is_waited_for()
    {
        var message = Decode(
            """{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"t","function":{"arguments":"{\"a\""}}]}}]}""",
            """{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":":1}"}}]},"finish_reason":"tool_calls"}]}""",
            "[DONE]");
        Assert.Equal([("t", "f", "{\"a\":1}")], message.Calls);
    }

    [Fact]
    public void P016_calls_without_any_name_fail_instead_of_vanishing()
    {
        var message = Decode("""{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"t","function":{"arguments":"{}"}}]},"finish_reason":"tool_calls"}]}""", "[DONE]");
        Assert.Equal(ErrorKind.Malformed, message.Failure?.Kind);
    }

    [Fact]
    public void P017_a_missing_id_is_made_and_is_the_same_every_time()
    {
        string[] stream = ["""{"id":"c9","choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}""", "[DONE]"];
        var id = Assert.Single(Decode(stream).Calls).Id;
        Assert.StartsWith("call_", id, StringComparison.Ordinal);
        Assert.Equal(id, Assert.Single(Decode(stream).Calls).Id);
    }

    [Fact]
    public void P022_P023_no_arguments_and_the_word_null_become_nothing()
    {
        var message = Decode(Call(0, "a", "f", "null"), Call(1, "b", "g", ""), """{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}""", "[DONE]");
        Assert.Equal([("a", "f", ""), ("b", "g", "")], message.Calls);
    }

    [Fact]
    public void P026_what_follows_DONE_is_ignored()
    {
        var message = Decode("""{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}""", "[DONE]", """{"choices":[{"delta":{"content":"b"}}]}""");
        Assert.Equal("a", message.Text);
    }

    [Fact]
    public void P027_a_stream_without_finish_reason_and_DONE_is_a_cut()
    {
        var message = Decode("""{"choices":[{"delta":{"content":"a"}}]}""");
        Assert.Null(message.Stop);
        Assert.Equal("stream_cut", message.Failure?.Code);
    }

    [Fact]
    public void P028_DONE_ends_a_stream_without_finish_reason()
    {
        Assert.Equal(StopReason.EndTurn, Decode("""{"choices":[{"delta":{"content":"a"}}]}""", "[DONE]").Stop);
    }

    [Fact]
    public void P030_length_outranks_a_tool_call()
    {
        var message = Decode(Call(0, "a", "f", "{\\\"x"), """{"choices":[{"delta":{},"finish_reason":"length"}]}""", "[DONE]");
        Assert.Equal(StopReason.MaxTokens, message.Stop);
        Assert.Equal("{\"x", Assert.Single(message.Calls).Arguments);
    }

    [Fact]
    public void P031_words_in_the_last_chunk_are_kept()
    {
        Assert.Equal("a b", Decode("""{"choices":[{"delta":{"content":"a"}}]}""", """{"choices":[{"delta":{"content":" b"},"finish_reason":"stop"}]}""", "[DONE]").Text);
    }

    [Fact]
    public void P033_an_empty_id_later_is_no_second_call()
    {
        var message = Decode(Call(0, "a", "f", "{"), """{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"","function":{"arguments":"}"}}]},"finish_reason":"tool_calls"}]}""", "[DONE]");
        Assert.Equal([("a", "f", "{}")], message.Calls);
    }

    [Fact]
    public void P034_P035_P036_empty_choices_roles_and_types_do_no_harm()
    {
        var message = Decode(
            """{"id":"","choices":[],"prompt_filter_results":[]}""",
            """{"choices":[{"delta":{"role":"","content":"a"}}]}""",
            """{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"t","type":null,"function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}""",
            "[DONE]");
        Assert.Equal(["text", "tool"], message.Blocks);
    }

    [Fact]
    public void P073_nulls_anywhere_are_nothing()
    {
        var message = Decode("""{"choices":[{"delta":{"content":null,"refusal":null,"reasoning":null},"finish_reason":null}],"usage":null,"error":null}""",
            """{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"prompt_tokens_details":null}}""", "[DONE]");
        Assert.Equal("a", message.Text);
    }

    [Fact]
    public void P086_reasoning_counted_beside_the_completion_is_output()
    {
        var message = Decode("""{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":35,"completion_tokens_details":{"reasoning_tokens":20}}}""", "[DONE]");
        Assert.Equal(new TokenCounts(10, 0, 0, 25, 20), message.Counts);
    }

    [Fact]
    public void P087_more_reasoning_than_output_is_clamped()
    {
        var message = Decode("""{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"completion_tokens_details":{"reasoning_tokens":9}}}""", "[DONE]");
        Assert.Equal(5, message.Counts.Reasoning);
    }

    [Theory]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":1,"prompt_cache_hit_tokens":7}""", 7)]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":1,"cached_tokens":7}""", 7)]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":1,"num_cached_tokens":7}""", 7)]
    public void P089_P090_cache_hits_are_found_in_every_spelling(string usage, int cached)
    {
        var message = Decode($$"""{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}],"usage":{{usage}}}""", "[DONE]");
        Assert.Equal(cached, message.Counts.CacheRead);
    }

    [Fact]
    public void P090_usage_of_groq_and_old_moonshot_is_found_in_its_place()
    {
        Assert.Equal(4, Decode("""{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}],"x_groq":{"usage":{"prompt_tokens":3,"completion_tokens":4}}}""", "[DONE]").Counts.Output);
        Assert.Equal(4, Decode("""{"choices":[{"delta":{"content":"a"},"finish_reason":"stop","usage":{"prompt_tokens":3,"completion_tokens":4}}]}""", "[DONE]").Counts.Output);
    }

    [Fact]
    public void P108_P109_reasoning_is_read_from_one_field_only()
    {
        var message = Decode("""{"choices":[{"delta":{"reasoning":"hm","reasoning_details":[{"type":"reasoning.text","text":"hm"}]}}]}""", """{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}""", "[DONE]");
        Assert.Equal("hm", message.Reasoning);
    }

    [Fact]
    public void P122_P127_ids_that_others_refuse_become_legal_and_stay_distinct()
    {
        var message = Decode(Call(0, "functions.Bash:0", "Bash", "{}"), Call(1, "functions.Bash:1", "Bash", "{}"), """{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}""", "[DONE]");
        Assert.Equal(2, message.Calls.Select(c => c.Id).Distinct().Count());
        Assert.All(message.Calls, c => Assert.StartsWith("functions_Bash_", c.Id, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"error":{"message":"no","type":"server_error"}}""", ErrorKind.Server)]
    [InlineData("""{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}],"error":{"code":429,"message":"slow down"}}""", ErrorKind.RateLimited)]
    [InlineData("""{"error":{"message":"This model's maximum context length is 8192 tokens, you asked for 9000","code":"context_length_exceeded"}}""", ErrorKind.ContextTooLong)]
    [InlineData("not json", ErrorKind.Malformed)]
    [InlineData("[1]", ErrorKind.Malformed)]
    public void P171_P176_errors_and_garbage_inside_a_200_are_failures(string chunk, ErrorKind kind)
    {
        Assert.Equal(kind, Decode(chunk, "[DONE]").Failure?.Kind);
    }

    [Fact]
    public void P181_a_character_cut_between_two_network_reads_stays_whole()
    {
        var bytes = Encoding.UTF8.GetBytes(Sse("""{"choices":[{"delta":{"content":"日本😀"},"finish_reason":"stop"}]}""", "[DONE]"));
        for (var at = 0; at <= bytes.Length; at++)
        {
            var sink = new MessageReducer();
            using var decoder = new ChatStreamDecoder(sink, "p");
            decoder.Feed(bytes.AsSpan(0, at));
            decoder.Feed(bytes.AsSpan(at));
            decoder.Complete();
            Assert.Equal("日本😀", sink.Text);
        }
    }

    [Fact]
    public void Invalid_utf8_becomes_replacement_characters_and_valid_output()
    {
        byte[] bytes = [.. "data: {\"choices\":[{\"delta\":{\"content\":\"a"u8, 0xC3, .. "b\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"u8];
        var sink = new MessageReducer();
        using var decoder = new ChatStreamDecoder(sink, "p");
        decoder.Feed(bytes);
        Assert.Equal("a\uFFFDb", sink.Text);
    }

    [Fact]
    public void Arguments_given_as_an_object_are_taken_as_their_text()
    {
        var message = Decode("""{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"t","function":{"name":"f","arguments":{"a": 1}}}]},"finish_reason":"tool_calls"}]}""", "[DONE]");
        Assert.Equal("{\"a\": 1}", Assert.Single(message.Calls).Arguments);
    }

    [Fact]
    public void A_whole_answer_is_decoded_like_a_stream()
    {
        var sink = new MessageReducer();
        using var decoder = new ChatStreamDecoder(sink, "p");
        decoder.DecodeWhole("""{"id":"c","choices":[{"message":{"role":"assistant","content":"hi","reasoning_content":"hm","tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}"""u8);
        Assert.Equal(["thinking", "text", "tool"], sink.Blocks);
        Assert.Equal(StopReason.ToolUse, sink.Stop);
        Assert.Equal(2, sink.Counts.Output);
    }

    [Fact]
    public void An_empty_whole_answer_is_a_failure()
    {
        var sink = new MessageReducer();
        using var decoder = new ChatStreamDecoder(sink, "p");
        decoder.DecodeWhole("""{"id":"c","choices":[]}"""u8);
        Assert.Equal(ErrorKind.Malformed, sink.Failure?.Kind);
    }

    internal static string Sse(params string[] chunks) => string.Concat(chunks.Select(c => $"data: {c}\n\n"));

    private static string Call(int index, string id, string name, string arguments) =>
        $$$"""{"choices":[{"delta":{"tool_calls":[{"index":{{{index}}},"id":"{{{id}}}","type":"function","function":{"name":"{{{name}}}","arguments":"{{{arguments}}}"}}]}}]}""";

    private static string Arguments(int index, string arguments) =>
        $$$"""{"choices":[{"delta":{"tool_calls":[{"index":{{{index}}},"function":{"arguments":"{{{arguments}}}"}}]}}]}""";

    private static MessageReducer Decode(params string[] chunks)
    {
        var bytes = Encoding.UTF8.GetBytes(Sse(chunks));
        var whole = Run(bytes, bytes.Length);

        // However the bytes are cut, the message is the same.
        for (var size = 1; size < 8; size++)
        {
            var cut = Run(bytes, size);
            Assert.Equal(whole.Text, cut.Text);
            Assert.Equal(whole.Calls, cut.Calls);
            Assert.Equal(whole.Blocks, cut.Blocks);
            Assert.Equal(whole.Failure, cut.Failure);
        }

        return whole;
    }

    private static MessageReducer Run(byte[] bytes, int size)
    {
        var sink = new MessageReducer();
        using var decoder = new ChatStreamDecoder(sink, "p");
        for (var at = 0; at < bytes.Length; at += size)
        {
            decoder.Feed(bytes.AsSpan(at, Math.Min(size, bytes.Length - at)));
        }

        decoder.Complete();
        return sink;
    }
}
