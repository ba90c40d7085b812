using System.Globalization;
using System.Text;

namespace Ccr.Simulator.Answers;

/// <summary>Cuts texts into deltas.</summary>
internal static class Pieces
{
    /// <summary>Where a stamped delta holds its time; the player writes the real digits over the zeros.</summary>
    public const string StampPlaceholder = "@0000000000000000000@";

    private const string Filler = "lorem ipsum dolor sit amet consetetur sadipscing elitr ";

    /// <summary>Pieces of at most <paramref name="bytes"/> (at least 4) UTF-8 bytes; no character is cut.</summary>
    public static List<string> Cut(string text, int bytes)
    {
        var pieces = new List<string>();
        var start = 0;
        var size = 0;
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (size + rune.Utf8SequenceLength > bytes)
            {
                pieces.Add(text[start..at]);
                (start, size) = (at, 0);
            }

            size += rune.Utf8SequenceLength;
            at += rune.Utf16SequenceLength;
        }

        if (at > start)
        {
            pieces.Add(text[start..at]);
        }

        return pieces;
    }

    /// <summary>That many pieces of filler, each of exactly <paramref name="bytes"/> bytes.</summary>
    public static List<string> Fill(int count, int bytes)
    {
        var pieces = new List<string>(count);
        var text = new StringBuilder(bytes);
        for (var i = 0; i < count; i++)
        {
            text.Clear();
            for (var k = 0; k < bytes; k++)
            {
                text.Append(Filler[(int)(((long)i * bytes + k) % Filler.Length)]);
            }

            pieces.Add(text.ToString());
        }

        return pieces;
    }

    /// <summary>That many numbered words, <c>w1</c>, <c> w2</c>, <c> w3</c>: a word that is missing, doubled or out of place is seen.</summary>
    public static List<string> Words(int count)
    {
        var pieces = new List<string>(count) { "w1" };
        for (var i = 2; i <= count; i++)
        {
            pieces.Add(string.Create(CultureInfo.InvariantCulture, $" w{i}"));
        }

        return pieces;
    }

    /// <summary>What is left of the pieces behind a beginning (blanks at its end do not count); all of them when they do not begin so.</summary>
    public static List<string> After(List<string> pieces, string beginning)
    {
        var begun = beginning.AsSpan().TrimEnd();
        if (begun.IsEmpty || !string.Concat(pieces).AsSpan().StartsWith(begun, StringComparison.Ordinal))
        {
            return pieces;
        }

        var at = 0;
        var rest = new List<string>();
        foreach (var piece in pieces)
        {
            var skip = Math.Clamp(begun.Length - at, 0, piece.Length);
            at += piece.Length;
            if (skip < piece.Length)
            {
                rest.Add(piece[skip..]);
            }
        }

        return rest;
    }

    /// <summary>The text in one line of at most <paramref name="length"/> characters.</summary>
    public static string Shorten(string text, int length)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (line.Length <= length)
        {
            return line;
        }

        var end = char.IsHighSurrogate(line[length - 2]) ? length - 2 : length - 1;
        return line[..end] + "…";
    }
}
