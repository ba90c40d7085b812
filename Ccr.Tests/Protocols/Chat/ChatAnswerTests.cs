using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.OpenAIChat;

namespace Ccr.Tests.Protocols.Chat;

/// <summary>What a provider's answer holds beside text and calls, and when it counts as whole. Each stream is played whole and cut at every byte.</summary>
public class ChatAnswerTests
{
    private const string Done = "[DONE]";

    [Fact]
    public void P027_done_without_reason_and_without_anything_is_a_cut()
    {
        Assert.Equal("stream_cut", Decode("""{"choices":[{"delta":{"role":"assistant","content":""}}]}""", Done).Failure?.Code);
        Assert.Equal("stream_cut", Decode("""{"choices":[{"delta":{"reasoning_content":"hm"}}]}""", Done).Failure?.Code);
        Assert.Equal("stream_cut", Decode(Done).Failure?.Code);
    }

    [Fact]
    public void P027_done_without_reason_in_the_middle_of_a_call_is_a_cut()
    {
        Assert.Equal("stream_cut", Decode("""{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"a\":\"}"}}]}}]}""", Done).Failure?.Code);
        Assert.Equal("stream_cut", Decode("""{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]}}]}""", Done).Failure?.Code);
    }

    [Fact]
    public void P028_done_without_reason_after_text_or_whole_calls_is_an_end()
    {
        Assert.Equal(StopReason.EndTurn, Decode("""{"choices":[{"delta":{"content":"a"}}]}""", Done).Stop);
        Assert.Equal(StopReason.ToolUse, Decode("""{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"a\":\"}\\\"\"}"}}]}}]}""", Done).Stop);
    }

    [Fact]
    public void Signatures_of_details_are_sealed_whole_for_their_provider_and_model()
    {
        var message = Decode(
            """{"choices":[{"delta":{"reasoning":"hm","reasoning_details":[{"type":"reasoning.text","text":"hm","index":0}]}}]}""",
            """{"choices":[{"delta":{"content":"","reasoning_details":[{"type":"reasoning.text","signature":"S","index":0}]}}]}""",
            """{"choices":[{"delta":{"reasoning_details":[{"type":"reasoning.encrypted","data":"D","id":"rs_1"}]}}]}""",
            """{"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}]}""",
            Done);
        Assert.Equal(["thinking", "redacted", "text"], message.Blocks);
        Assert.Equal("hm", message.Reasoning);
        var envelopes = message.Signatures.Select(s => ReasoningEnvelope.Open(Encoding.UTF8.GetBytes(s))!).ToList();
        Assert.All(envelopes, e => Assert.True(e.IsFor(Dialect.OpenAIChat, "p", "m") && !e.IsFor(Dialect.OpenAIChat, "p", "other") && !e.IsFor(Dialect.OpenAIChat, "q", "m")));
        Assert.Equal(["""{"type":"reasoning.text","signature":"S","index":0}""", """{"type":"reasoning.encrypted","data":"D","id":"rs_1"}"""], envelopes.Select(e => e.Data));
    }

    [Fact]
    public void In_a_whole_answer_each_signature_stays_with_its_words()
    {
        var message = new MessageReducer();
        using var decoder = new ChatStreamDecoder(message, "p", "m");
        decoder.DecodeWhole("""{"choices":[{"message":{"content":"x","reasoning":"ab","reasoning_details":[{"text":"a","signature":"1"},{"text":"b","signature":"2"}]},"finish_reason":"stop"}]}"""u8);
        Assert.Equal(["thinking", "thinking", "text"], message.Blocks);
        Assert.Equal(("ab", 2), (message.Reasoning, message.Signatures.Count));
    }

    [Fact]
    public void Opaque_data_after_a_call_has_begun_waits_for_its_end()
    {
        var message = Decode(
            """{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"a\":"}}]}}]}""",
            """{"choices":[{"delta":{"reasoning_details":[{"type":"reasoning.encrypted","data":"D"}]}}]}""",
            """{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]},"finish_reason":"tool_calls"}]}""",
            Done);
        Assert.Equal(["tool", "redacted"], message.Blocks);
        Assert.Equal([("a", "f", "{\"a\":1}")], message.Calls);
    }

    [Fact]
    public void Thought_signatures_of_calls_come_before_them_or_sign_the_open_thought()
    {
        const string First = """{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"S"}}}]}}]}""";
        const string Second = """{"choices":[{"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"T"}}}]},"finish_reason":"tool_calls"}]}""";
        Assert.Equal(["redacted", "tool", "redacted", "tool"], Decode(First, Second, Done).Blocks);
        var message = Decode("""{"choices":[{"delta":{"reasoning_content":"hm"}}]}""", First, Second, Done);
        Assert.Equal(["thinking", "tool", "redacted", "tool"], message.Blocks);
        var envelope = ReasoningEnvelope.Open(Encoding.UTF8.GetBytes(message.Signatures[0]))!;
        Assert.Equal(("""{"extra_content":{"google":{"thought_signature":"S"}}}""", true), (envelope.Data, envelope.BelongsToNext));
    }

    [Fact]
    public void Annotations_are_sources_of_the_open_text()
    {
        var message = Decode(
            """{"citations":["https://c"],"search_results":[{"url":"https://c"}],"choices":[{"delta":{"content":"x","annotations":[{"type":"url_citation","url_citation":{"url":"https://a","title":"A","start_index":0}},{"type":"url_citation","url":"https://b"}]}}]}""",
            """{"choices":[{"delta":{},"finish_reason":"stop"}]}""",
            Done);
        Assert.Equal([("https://a", "A"), ("https://b", "")], message.Citations);
    }

    [Fact]
    public void Calls_of_custom_tools_become_calls_with_one_argument()
    {
        var message = Decode(
            """{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","type":"custom","custom":{"name":"patch","input":""}}]}}]}""",
            """{"choices":[{"delta":{"tool_calls":[{"index":0,"custom":{"input":"*** \"x\""}}]}}]}""",
            """{"choices":[{"delta":{"tool_calls":[{"index":0,"custom":{"input":"\n\\"}}]}}]}""",
            """{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}""",
            Done);
        Assert.Equal([("a", "patch", """{"input":"*** \"x\"\n\\"}""")], message.Calls);
    }

    [Fact]
    public void A_text_delta_allocates_nothing()
    {
        var chunk = "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"some words\"},\"finish_reason\":null}]}\n\n"u8.ToArray();
        using var decoder = new ChatStreamDecoder(new NullSink(), "p", "m");
        for (var i = 0; i < 50; i++)
        {
            decoder.Feed(chunk);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            decoder.Feed(chunk);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static MessageReducer Decode(params string[] events)
    {
        var bytes = Encoding.UTF8.GetBytes(string.Concat(events.Select(e => $"data: {e}\n\n")));
        var whole = Feed(bytes, bytes.Length);
        var cut = Feed(bytes, 1);
        Assert.Equal((whole.Text, whole.Reasoning, whole.Stop, whole.Failure?.Code), (cut.Text, cut.Reasoning, cut.Stop, cut.Failure?.Code));
        Assert.Equal(whole.Blocks, cut.Blocks);
        Assert.Equal(whole.Signatures, cut.Signatures);
        return whole;
    }

    private static MessageReducer Feed(byte[] bytes, int size)
    {
        var message = new MessageReducer();
        using var decoder = new ChatStreamDecoder(message, "p", "m");
        for (var at = 0; at < bytes.Length; at += size)
        {
            decoder.Feed(bytes.AsSpan(at, Math.Min(size, bytes.Length - at)));
        }

        decoder.Complete();
        return message;
    }
}
