using System.Text.Json;
using Ccr.Protocols.Canonical;

namespace Ccr.Tests.Protocols.Pitfalls;

/// <summary>Section 3 of the list of translator bugs: what is counted, and what each client is told.</summary>
public class UsageTests
{
    [Theory]
    [InlineData(Dialect.OpenAIChat, """{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":100,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":75,"cache_write_tokens":10}}}""")]
    [InlineData(Dialect.OpenAIResponses, """{"id":"r","status":"completed","output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"x"}]}],"usage":{"input_tokens":100,"output_tokens":5,"input_tokens_details":{"cached_tokens":75,"cache_write_tokens":10}}}""")]
    public void P078_P079_input_that_was_cached_or_written_is_not_billed_again(Dialect from, string body)
    {
        var usage = Wire.Whole(Dialect.Anthropic, sink => DecodeWhole(from, body, sink)).GetProperty("usage");
        Assert.Equal((15, 75, 10, 5), (Number(usage, "input_tokens"), Number(usage, "cache_read_input_tokens"), Number(usage, "cache_creation_input_tokens"), Number(usage, "output_tokens")));
    }

    [Fact]
    public void P079_nothing_is_negative_when_read_and_written_overlap()
    {
        var usage = Wire.Whole(Dialect.Anthropic, sink => DecodeWhole(Dialect.OpenAIChat,
            """{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":100,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":80,"cache_write_tokens":80}}}""", sink)).GetProperty("usage");
        Assert.Equal(100, Number(usage, "input_tokens") + Number(usage, "cache_read_input_tokens") + Number(usage, "cache_creation_input_tokens"));
        Assert.True(Number(usage, "input_tokens") >= 0);
    }

    [Theory]
    [InlineData(Dialect.OpenAIChat, "prompt_tokens")]
    [InlineData(Dialect.OpenAIResponses, "input_tokens")]
    [InlineData(Dialect.Gemini, "promptTokenCount")]
    public void P080_other_clients_see_the_whole_prompt(Dialect to, string field)
    {
        var whole = Wire.Whole(to, sink => DecodeWhole(Dialect.Anthropic,
            """{"id":"m","type":"message","role":"assistant","model":"x","content":[{"type":"text","text":"t"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"cache_read_input_tokens":1000,"cache_creation_input_tokens":200,"output_tokens":5}}""", sink));
        Assert.Equal(1203, Number(whole.GetProperty(to == Dialect.Gemini ? "usageMetadata" : "usage"), field));
    }

    [Fact]
    public void P084_the_smaller_later_input_counts_where_the_first_one_held_the_cached()
    {
        var message = Wire.Reduce(Dialect.Anthropic,
            """{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"x","content":[],"usage":{"input_tokens":1000,"output_tokens":0}}}""",
            """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"t"}}""",
            """{"type":"content_block_stop","index":0}""",
            """{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":100,"cache_read_input_tokens":900,"output_tokens":5}}""",
            """{"type":"message_stop"}""");
        Assert.Equal(new TokenCounts(1000, 900, 0, 5, 0), message.Counts);
    }

    [Fact]
    public void P085_streams_and_whole_answers_are_counted_alike()
    {
        const string chat = """{"prompt_tokens":100,"completion_tokens":9,"total_tokens":109,"prompt_tokens_details":{"cached_tokens":40},"completion_tokens_details":{"reasoning_tokens":4}}""";
        var expected = new TokenCounts(100, 40, 0, 9, 4);
        Assert.Equal(expected, Wire.ReduceWhole(Dialect.OpenAIChat, $$$"""{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":{{{chat}}}}""").Counts);
        Assert.Equal(expected, Wire.Reduce(Dialect.OpenAIChat, """{"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}]}""", $$$"""{"choices":[],"usage":{{{chat}}}}""", "[DONE]").Counts);

        const string responses = """{"id":"r","status":"completed","output":[{"type":"message","id":"i","role":"assistant","content":[{"type":"output_text","text":"x"}]}],"usage":{"input_tokens":100,"output_tokens":9,"input_tokens_details":{"cached_tokens":40},"output_tokens_details":{"reasoning_tokens":4}}}""";
        Assert.Equal(expected, Wire.ReduceWhole(Dialect.OpenAIResponses, responses).Counts);
        Assert.Equal(expected, Wire.Reduce(Dialect.OpenAIResponses, $$$"""{"type":"response.completed","response":{{{responses}}}}""").Counts);

        const string gemini = """{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":40,"candidatesTokenCount":5,"thoughtsTokenCount":4}}""";
        Assert.Equal(expected, Wire.ReduceWhole(Dialect.Gemini, gemini).Counts);
        Assert.Equal(expected, Wire.Reduce(Dialect.Gemini, gemini).Counts);

        const string anthropic = """{"input_tokens":60,"cache_read_input_tokens":40,"output_tokens":9,"output_tokens_details":{"thinking_tokens":4}}""";
        Assert.Equal(expected, Wire.ReduceWhole(Dialect.Anthropic, $$$"""{"type":"message","role":"assistant","content":[{"type":"text","text":"x"}],"stop_reason":"end_turn","usage":{{{anthropic}}}}""").Counts);
        Assert.Equal(expected, Wire.Reduce(Dialect.Anthropic,
            """{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"x","content":[]}}""",
            $$$"""{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{{{anthropic}}}}""", """{"type":"message_stop"}""").Counts);
    }

    [Fact]
    public void P088_cached_tokens_beside_the_prompt_are_added_to_it()
    {
        var counts = Wire.ReduceWhole(Dialect.OpenAIChat, """{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":90}}}""").Counts;
        Assert.Equal((100, 90, 10), (counts.Input, counts.CacheRead, counts.UncachedInput));
        counts = Wire.ReduceWhole(Dialect.OpenAIResponses, """{"id":"r","status":"completed","output":[],"usage":{"input_tokens":10,"output_tokens":5,"input_tokens_details":{"cached_tokens":90}}}""").Counts;
        Assert.Equal((100, 90, 10), (counts.Input, counts.CacheRead, counts.UncachedInput));
    }

    [Fact]
    public void P091_responses_usage_always_has_both_details()
    {
        static void Play(IMessageSink sink)
        {
            sink.Start("x"u8);
            sink.End(StopReason.EndTurn, default);
        }

        foreach (var usage in new[] { Wire.Whole(Dialect.OpenAIResponses, Play).GetProperty("usage"), Wire.Data(Wire.Stream(Dialect.OpenAIResponses, Play))[^1].GetProperty("response").GetProperty("usage") })
        {
            Assert.Equal(0, Number(usage.GetProperty("input_tokens_details"), "cached_tokens"));
            Assert.Equal(0, Number(usage.GetProperty("output_tokens_details"), "reasoning_tokens"));
            Assert.Equal(0, Number(usage, "total_tokens"));
        }
    }

    [Fact]
    public void P092_P093_zero_frames_say_nothing_and_the_cached_are_part_of_the_prompt()
    {
        var usage = Wire.Data(Wire.Answer(Dialect.Gemini, Dialect.Anthropic,
            """{"candidates":[{"content":{"parts":[{"text":"x"}],"role":"model"}}],"usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":90,"candidatesTokenCount":5}}""",
            """{"candidates":[{"content":{"parts":[{"text":"y"}],"role":"model"},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":0,"candidatesTokenCount":0,"totalTokenCount":0}}""")).Single(e => e.Word("type") == "message_delta").GetProperty("usage");
        Assert.Equal((10, 90, 5), (Number(usage, "input_tokens"), Number(usage, "cache_read_input_tokens"), Number(usage, "output_tokens")));
    }

    [Theory]
    [InlineData(Dialect.OpenAIChat)]
    [InlineData(Dialect.OpenAIResponses)]
    [InlineData(Dialect.Gemini)]
    public void P094_thinking_tokens_of_Anthropic_are_reasoning_tokens(Dialect to)
    {
        var whole = Wire.Whole(to, sink => DecodeWhole(Dialect.Anthropic,
            """{"type":"message","role":"assistant","content":[{"type":"text","text":"t"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":50,"output_tokens_details":{"thinking_tokens":40}}}""", sink));
        Assert.Equal(40, to switch
        {
            Dialect.OpenAIChat => Number(whole.GetProperty("usage").GetProperty("completion_tokens_details"), "reasoning_tokens"),
            Dialect.OpenAIResponses => Number(whole.GetProperty("usage").GetProperty("output_tokens_details"), "reasoning_tokens"),
            _ => Number(whole.GetProperty("usageMetadata"), "thoughtsTokenCount"),
        });
    }

    private static long Number(JsonElement e, string name) => e.GetProperty(name).GetInt64();

    private static void DecodeWhole(Dialect from, string body, IMessageSink sink)
    {
        using var decoder = Wire.Decoder(from, sink);
        decoder.DecodeWhole(System.Text.Encoding.UTF8.GetBytes(body));
    }
}
