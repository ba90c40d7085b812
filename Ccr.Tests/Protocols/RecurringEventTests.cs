using System.Text;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.OpenAIChat;

namespace Ccr.Tests.Protocols;

/// <summary>
/// Events that differ from the one before in their text only are not parsed. Each stream here is decoded twice: as it is, and with a growing number of blanks in every
/// event, which makes each of them unlike the one before. What comes out must be the same.
/// </summary>
public class RecurringEventTests
{
    private static readonly string[] Texts =
    [
        "a", "Hello", "", " ", "\\n", "\\\"", "\\\\", "\\\\\\\"", "\\u00e9", "\\ud83d\\ude00", "日本語", "é", "\",\"x\":\"", "}", "\\", "\\x", "\\u12", "\\u12g4", "\t", "\u0001", "\\/", "a\\", "\"",
        "\"},\"finish_reason\":\"stop\"", "{\\\"a\\\":1}",
    ];

    private static readonly string[] ChatFrames =
    [
        """{"id":"c","choices":[{"index":0,"delta":{"content":"@"},"finish_reason":null}]}""",
        """{"id":"c","choices":[{"index":0,"delta":{"content":"@"},"finish_reason":null}],"usage":{"prompt_tokens":3,"completion_tokens":1}}""",
        """{"id":"c","choices":[{"index":0,"delta":{"reasoning_content":"@"}}]}""",
        """{"id":"c","choices":[{"index":0,"delta":{"reasoning":"@","reasoning_content":"@"}}]}""",
        """{"id":"c","choices":[{"index":0,"delta":{"content":"@","reasoning":"r"}}]}""",
        """{"id":"c","choices":[{"index":1,"delta":{"content":"@"}}]}""",
        """{"id":"c","choices":[{"index":0,"delta":{"content":"@"}},{"index":1,"delta":{"content":"@"}}]}""",
        """{"id":"c","choices":[{"index":0,"delta":{"refusal":"@"}}]}""",
        """{"id":"c","choices":[{"index":0,"delta":{"content":"@","tool_calls":[{"index":0,"id":"t","function":{"name":"f","arguments":"{}"}}]}}]}""",
        """{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"t","function":{"name":"f","arguments":"@"}}]}}]}""",
        """{"id":"c","base_resp":{"status_code":0},"choices":[{"index":0,"delta":{"content":"@"}}]}""",
        """{"id":"c","choices":[{"index":0,"delta":{"content":"@"},"finish_reason":"stop"}]}""",
    ];

    private static readonly string[] AnthropicFrames =
    [
        """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"@"}}""",
        """{"type":"content_block_delta","index":1,"delta":{"type":"thinking_delta","thinking":"@"}}""",
        """{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"@"}}""",
        """{"type":"content_block_delta","index":1,"delta":{"type":"signature_delta","signature":"@"}}""",
        """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"@"}}""",
        """{"type":"content_block_start","index":1,"content_block":{"type":"thinking","thinking":"@"}}""",
        """{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}""",
        """{"type":"content_block_stop","index":0}""",
        """{"type":"ping"}""",
        """{"delta":{"type":"text_delta","text":"@"},"index":0}""",
    ];

    [Fact]
    public void Chat_events_read_the_same_with_and_without_a_look_at_the_one_before() =>
        Compare(ChatFrames, static sink => new ChatStreamDecoder(sink, "p"), "");

    [Fact]
    public void Anthropic_events_read_the_same_with_and_without_a_look_at_the_one_before() =>
        Compare(AnthropicFrames, static sink => new AnthropicStreamDecoder(sink, "p", "m"), Event("""{"type":"message_start","message":{"id":"m"}}""") + Event("""{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"""));

    [Theory]
    [InlineData("x", true)]
    [InlineData("", true)]
    [InlineData("\\u00Af", true)]
    [InlineData("\\", false)]
    [InlineData("\\u12", false)]
    [InlineData("a\"b", false)]
    [InlineData("\n", false)]
    public void Only_the_content_of_a_string_matches(string text, bool matches)
    {
        var recurring = default(RecurringEvent);
        var known = "{\"t\":\"abc\"}"u8.ToArray();
        Assert.True(recurring.Learn(known, known.AsSpan(6, 3)));
        Assert.Equal(matches, recurring.TryMatch(Encoding.UTF8.GetBytes($"{{\"t\":\"{text}\"}}"), out var found));
        Assert.True(!matches || Encoding.UTF8.GetString(found) == text);
    }

    private static void Compare(string[] frames, Func<IMessageSink, IAnswerDecoder> decoder, string start)
    {
        var random = new Random(20);
        for (var run = 0; run < 3000; run++)
        {
            StringBuilder same = new(start), unlike = new(start);
            var frame = frames[random.Next(frames.Length)];
            for (var i = 0; i < 6; i++)
            {
                // Mostly the same frame again, as in a real stream, with mostly harmless words.
                frame = random.Next(3) == 0 ? frames[random.Next(frames.Length)] : frame;
                var json = frame.Replace("@", Texts[random.Next(random.Next(3) == 0 ? Texts.Length : 13)], StringComparison.Ordinal);
                same.Append(Event(json));
                unlike.Append(Event("{" + new string(' ', i + 1) + json[1..]));
            }

            Assert.Equal(Log(decoder, unlike.ToString()), Log(decoder, same.ToString()));
        }
    }

    private static string Event(string json) => $"data: {json}\n\n";

    private static string Log(Func<IMessageSink, IAnswerDecoder> decoder, string stream)
    {
        var sink = new LogSink();
        using var reading = decoder(sink);
        reading.Feed(Encoding.UTF8.GetBytes(stream));
        reading.Complete();
        return sink.Log.ToString();
    }
}
