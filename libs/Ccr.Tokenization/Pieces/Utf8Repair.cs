using System.Buffers;
using System.Text;

namespace Ccr.Tokenization.Pieces;

/// <summary>Replaces what is no valid UTF-8 by U+FFFD, one for each maximal part of a sequence (WHATWG Encoding, Unicode 3.9 D93b).</summary>
internal static class Utf8Repair
{
    /// <summary>One bad byte becomes three.</summary>
    public const int MaxGrowth = 3;

    /// <summary>Writes the repaired text and returns its length.</summary>
    public static int Repair(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var written = 0;
        while (!source.IsEmpty)
        {
            // A bad sequence decodes as U+FFFD and tells how many bytes it takes the place of.
            Rune.DecodeFromUtf8(source, out var rune, out var used);
            written += rune.EncodeToUtf8(destination[written..]);
            source = source[used..];
        }

        return written;
    }

    /// <summary>How many bytes at the end are the beginning of a code point whose rest may still come (0 to 3).</summary>
    public static int OpenTail(ReadOnlySpan<byte> source)
    {
        for (var length = 1; length <= Math.Min(3, source.Length); length++)
        {
            var tail = source[^length..];
            if (tail[0] >= 0xC0)
            {
                return Rune.DecodeFromUtf8(tail, out _, out _) == OperationStatus.NeedMoreData ? length : 0;
            }

            if (tail[0] < 0x80)
            {
                return 0;
            }
        }

        return 0;
    }
}
