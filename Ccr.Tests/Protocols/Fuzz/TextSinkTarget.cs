using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>Stop sequences and think tags beside a plain search on strings, the text escaped in random ways and cut in random places.</summary>
internal sealed class TextSinkTarget() : FuzzTarget("text-sinks")
{
    private static readonly string[] Units = ["a", "b", "<", ">", "/", "think", "<think>", "</think>", " ", "\n", "é", "日", "😀", "😁", "\"", "\\", "n", "u0061", "</", "ab", "aab", "\u0001", "\t", "€"];

    /// <summary>A line with the number of pieces, the stop sequences, then the text; lines are parted by U+0002.</summary>
    public override byte[] Generate(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Next(4); i > 0; i--)
        {
            text.Append(Some(random, 1, 4)).Append('\u0002');
        }

        text.Append(random.Next(3) == 0 ? "<think>" : "").Append(Some(random, 0, 30));
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public override void Check(byte[] input, int seed)
    {
        var lines = Encoding.UTF8.GetString(input).Replace("\ufffd", "?", StringComparison.Ordinal).Split('\u0002');
        var text = lines[^1];
        Stop(text, lines[..^1], seed);
        Think(text, seed);
    }

    private static void Stop(string text, string[] sequences, int seed)
    {
        // The one that is complete first; of those the longest.
        var (cut, end, found) = (text.Length, int.MaxValue, -1);
        for (var i = 0; i < sequences.Length; i++)
        {
            var at = sequences[i].Length == 0 ? -1 : text.IndexOf(sequences[i], StringComparison.Ordinal);
            if (at >= 0 && (at + sequences[i].Length < end || (at + sequences[i].Length == end && at < cut)))
            {
                (cut, end, found) = (at, at + sequences[i].Length, i);
            }
        }

        var message = new GrammarSink(10_000);
        var sink = new StopSequenceSink(message, [.. sequences.Select(EscapedText.From)]);
        Feed(sink, text, seed);
        var result = TextSinkReading.Of(message);
        Hold(result.Text == text[..cut] && sink.Stopped == found >= 0, "not the text that a plain search gives");
    }

    private static void Think(string text, int seed)
    {
        var expected = (Reasoning: "", Text: text);
        var start = text.TrimStart(' ', '\n', '\t', '\r');
        if (start.StartsWith("<think>", StringComparison.Ordinal))
        {
            var rest = start["<think>".Length..];
            var close = rest.IndexOf("</think>", StringComparison.Ordinal);
            expected = close < 0 ? (rest, "") : (rest[..close], rest[(close + "</think>".Length)..].TrimStart(' ', '\n', '\t', '\r'));
            expected.Reasoning = expected.Reasoning.TrimStart(' ', '\n', '\t', '\r');
        }

        var message = new GrammarSink(10_000);
        Feed(new ThinkTagSink(message), text, seed);
        var result = TextSinkReading.Of(message);
        Hold(result.Reasoning == expected.Reasoning && result.Text == expected.Text, "not the reasoning that a plain search gives");

        var one = new GrammarSink(10_000);
        Feed(new ThinkTagSink(one, implicitOpen: true), text, seed);
        var other = new GrammarSink(10_000);
        Feed(new ThinkTagSink(other, implicitOpen: true), text, seed + 1);
        Hold(TextSinkReading.Of(one) == TextSinkReading.Of(other), "another reasoning when the text comes in other pieces");
    }

    private static void Feed(IMessageSink sink, string text, int seed)
    {
        var random = new Random(seed);
        sink.Start("id"u8);
        sink.BeginText();
        var most = random.Next(1, 9);
        for (var at = 0; at < text.Length;)
        {
            var piece = new StringBuilder();
            for (var i = random.Next(1, most + 1); i > 0 && at < text.Length; i--)
            {
                var length = char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;
                var unit = text.Substring(at, length);
                piece.Append(random.Next(6) == 0 && !char.IsWhiteSpace(unit[0])
                    ? string.Concat(unit.Select(c => random.Next(2) == 0 ? $"\\u{(int)c:x4}" : $"\\u{(int)c:X4}"))
                    : unit switch { "\n" => "\\n", "\t" => "\\t", "\r" => "\\r", "\"" => "\\\"", "\\" => "\\\\", "/" => random.Next(3) == 0 ? "\\/" : "/", _ => unit[0] < ' ' ? $"\\u{(int)unit[0]:x4}" : unit });
                at += length;
            }

            sink.Text(Encoding.UTF8.GetBytes(piece.ToString()));
        }

        sink.EndBlock();
        sink.Usage(default);
        sink.End(StopReason.EndTurn, default);
    }

    private static string Some(Random random, int least, int most)
    {
        var text = new StringBuilder();
        for (var i = random.Next(least, most); i > 0; i--)
        {
            text.Append(Units[random.Next(Units.Length)]);
        }

        return text.ToString();
    }
}
