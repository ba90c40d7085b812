using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Tests.Protocols.Chat;

/// <summary>The sinks that look into the text of an answer: think tags and stop sequences, with the text cut in every possible way.</summary>
public class TextSinkTests
{
    [Theory]
    [InlineData("<think>hm</think>answer", "hm", "answer")]
    [InlineData("\n <think>\nhm\n</think>\n\nanswer", "hm\n", "answer")]
    [InlineData("\\u003cthink\\u003ehm\\u003c/think\\u003eanswer", "hm", "answer")]
    [InlineData("<think></think>answer", "", "answer")]
    [InlineData("<think>\n\n</think>\n\nanswer", "", "answer")]
    [InlineData("<think>a <b> </thin </think> x", "a <b> </thin ", "x")]
    [InlineData("<think>cut", "cut", "")]
    [InlineData("<think>cut </thi", "cut </thi", "")]
    [InlineData("<thin", "", "<thin")]
    [InlineData("  code", "", "  code")]
    [InlineData("say <think>no</think>", "", "say <think>no</think>")]
    [InlineData("<think>a</think>b <think>c</think>", "a", "b <think>c</think>")]
    [InlineData("<<think>a</think>", "", "<<think>a</think>")]
    public void Think_tags_at_the_start_are_reasoning(string text, string reasoning, string answer)
    {
        foreach (var pieces in Cuts(Escaped(text)))
        {
            var message = Play(sink => new ThinkTagSink(sink), pieces);
            Assert.Equal((reasoning, answer), (message.Reasoning, message.Text));
        }
    }

    [Theory]
    [InlineData("hm</think>answer", "hm", "answer")]
    [InlineData("<think>hm</think>answer", "hm", "answer")]
    [InlineData("<thi hm</think>\nanswer </think>", "<thi hm", "answer </think>")]
    [InlineData("all of it", "all of it", "")]
    public void A_missing_opening_tag_is_taken_where_the_model_is_known_for_it(string text, string reasoning, string answer)
    {
        foreach (var pieces in Cuts(Escaped(text)))
        {
            var message = Play(sink => new ThinkTagSink(sink, implicitOpen: true), pieces);
            Assert.Equal((reasoning, answer), (message.Reasoning, message.Text));
        }
    }

    [Fact]
    public void Native_reasoning_makes_tags_plain_text()
    {
        var message = new MessageReducer();
        var sink = new ThinkTagSink(message);
        sink.Start(default);
        sink.BeginThinking();
        sink.Thinking("a"u8);
        sink.EndBlock();
        sink.BeginText();
        sink.Text("<think>b</think>"u8);
        sink.EndBlock();
        sink.End(StopReason.EndTurn, default);
        Assert.Equal(("a", "<think>b</think>"), (message.Reasoning, message.Text));
    }

    [Theory]
    [InlineData("one STOP two", new[] { "STOP" }, "one ", "STOP")]
    [InlineData("one STO STOP", new[] { "STOP" }, "one STO ", "STOP")]
    [InlineData("STOP", new[] { "STOP" }, "", "STOP")]
    [InlineData("nothing STO", new[] { "STOP" }, "nothing STO", null)]
    [InlineData("ababac!", new[] { "abac" }, "ab", "abac")]
    [InlineData("x\n\nHuman: y", new[] { "zzz", "\n\nHuman:" }, "x", "\n\nHuman:")]
    [InlineData("a\\u000a\\u000aHuman: y", new[] { "\n\nHuman:" }, "a", "\n\nHuman:")]
    [InlineData("caf\\u00e9 bar", new[] { "é" }, "caf", "é")]
    [InlineData("café bar", new[] { "é" }, "caf", "é")]
    [InlineData("a\\ud83d\\ude00b", new[] { "😀" }, "a", "😀")]
    [InlineData("a😀b", new[] { "😀b" }, "a", "😀b")]
    [InlineData("a😁b", new[] { "😀" }, "a😁b", null)]
    [InlineData("path C:\\\\x", new[] { "\\x" }, "path C:", "\\x")]
    [InlineData("say \\\"stop\\\"", new[] { "\"stop\"" }, "say ", "\"stop\"")]
    [InlineData("abcd", new[] { "bcd", "cd" }, "a", "bcd")]
    [InlineData("abcd", new[] { "", "d" }, "abc", "d")]
    public void A_stop_sequence_cuts_the_text(string text, string[] sequences, string expected, string? stop)
    {
        foreach (var pieces in Cuts(Escaped(text)))
        {
            StopSequenceSink? cutter = null;
            var message = new StopReducer();
            Feed(cutter = new StopSequenceSink(message, [.. sequences.Select(EscapedText.From)]), pieces);
            Assert.Equal(expected, message.Text);
            Assert.Equal(stop is not null, cutter.Stopped);
            Assert.Equal(stop ?? "", message.Stop);
            Assert.Equal(stop is null ? StopReason.EndTurn : StopReason.StopSequence, message.Inner.Stop);
        }
    }

    [Fact]
    public void Random_texts_are_cut_as_a_plain_search_would()
    {
        var random = new Random(5);
        for (var round = 0; round < 3000; round++)
        {
            var text = Letters(random, random.Next(1, 30));
            var sequences = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Letters(random, random.Next(1, 5))).ToArray();

            // The one that is complete first; of those the longest.
            var cut = text.Length;
            var end = int.MaxValue;
            foreach (var sequence in sequences)
            {
                var at = text.IndexOf(sequence, StringComparison.Ordinal);
                if (at >= 0 && (at + sequence.Length < end || (at + sequence.Length == end && at < cut)))
                {
                    (cut, end) = (at, at + sequence.Length);
                }
            }

            var pieces = new List<string>();
            for (var at = 0; at < text.Length;)
            {
                var length = Math.Min(random.Next(1, 6), text.Length - at);
                pieces.Add(text.Substring(at, length));
                at += length;
            }

            var message = new StopReducer();
            Feed(new StopSequenceSink(message, [.. sequences.Select(EscapedText.From)]), pieces);
            Assert.Equal(text[..cut], message.Text);
        }
    }

    [Fact]
    public void Other_blocks_pass_and_sequences_do_not_reach_over_them()
    {
        var message = new MessageReducer();
        var sink = new StopSequenceSink(message, [EscapedText.From("ab")]);
        sink.Start(default);
        sink.BeginThinking();
        sink.Thinking("ab"u8);
        sink.EndBlock();
        sink.BeginText();
        sink.Text("xa"u8);
        sink.EndBlock();
        sink.BeginToolUse("t"u8, "f"u8);
        sink.ToolInput("{}"u8);
        sink.EndBlock();
        sink.BeginText();
        sink.Text("b"u8);
        sink.EndBlock();
        sink.Usage(new(1, 0, 0, 2, 0));
        sink.End(StopReason.ToolUse, default);
        Assert.Equal(("xab", "ab", StopReason.ToolUse), (message.Text, message.Reasoning, message.Stop));
        Assert.Equal(2, message.Counts.Output);
    }

    [Fact]
    public void Neither_sink_allocates_in_the_steady_state()
    {
        var stop = new StopSequenceSink(new NullSink(), [EscapedText.From("STOP"), EscapedText.From("\n\nHuman:")]);
        var think = new ThinkTagSink(stop);
        think.Start(default);
        think.BeginText();
        for (var i = 0; i < 50; i++)
        {
            Piece();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Piece();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Piece()
        {
            think.Text("some words ST"u8);
            think.Text("O and \\n\\nHum"u8);
            think.Text("bug "u8);
        }
    }

    private static string Letters(Random random, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => (char)('a' + random.Next(2))));

    private static string Escaped(string text) => text.Replace("\n", "\\n", StringComparison.Ordinal);

    /// <summary>The text whole, in two pieces at every place, and one character at a time; escapes stay whole, as in JSON strings.</summary>
    private static IEnumerable<List<string>> Cuts(string escaped)
    {
        var units = new List<string>();
        for (var i = 0; i < escaped.Length;)
        {
            var length = escaped[i] == '\\' ? escaped[i + 1] == 'u' ? 6 : 2 : char.IsHighSurrogate(escaped[i]) ? 2 : 1;
            units.Add(escaped.Substring(i, length));
            i += length;
        }

        yield return [escaped];
        yield return units;
        for (var i = 1; i < units.Count; i++)
        {
            yield return [string.Concat(units.Take(i)), string.Concat(units.Skip(i))];
        }
    }

    private static MessageReducer Play(Func<IMessageSink, IMessageSink> make, List<string> pieces)
    {
        var message = new MessageReducer();
        Feed(make(message), pieces);
        return message;
    }

    private static void Feed(IMessageSink sink, List<string> pieces)
    {
        sink.Start(default);
        sink.BeginText();
        foreach (var piece in pieces)
        {
            sink.Text(Encoding.UTF8.GetBytes(piece));
        }

        sink.EndBlock();
        sink.Usage(default);
        sink.End(StopReason.EndTurn, default);
    }
}
