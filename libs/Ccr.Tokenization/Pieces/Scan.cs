using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static Ccr.Tokenization.Pieces.CharacterClass;

namespace Ccr.Tokenization.Pieces;

/// <summary>The parts that the patterns share.</summary>
internal static class Scan
{
    /// <summary>Returned where the text that is there does not decide the end of the piece.</summary>
    public const int Undecided = -1;

    /// <summary>The end of the run of characters that have one of the wanted classes.</summary>
    public static int While(ref byte text, int at, int length, byte wanted)
    {
        while (at < length && (CharacterTable.At(ref text, at, out var width) & wanted) != 0)
        {
            at += width;
        }

        return at;
    }

    /// <summary>The end of the run of symbols, [^\s\p{L}\p{N}]*.</summary>
    public static int WhileSymbol(ref byte text, int at, int length)
    {
        while (at < length && (CharacterTable.At(ref text, at, out var width) & NoSymbol) == 0)
        {
            at += width;
        }

        return at;
    }

    /// <summary>The end of [\r\n]*, or of [\r\n/]*.</summary>
    public static int WhileLineEnd(ref byte text, int at, int length, bool orSlash)
    {
        while (at < length && (Unsafe.Add(ref text, at) is (byte)'\r' or (byte)'\n' || (orSlash && Unsafe.Add(ref text, at) == '/')))
        {
            at++;
        }

        return at;
    }

    /// <summary>(?i:'s|'t|'re|'ve|'m|'ll|'d) at an apostrophe: its length, 0 when there is none, or <see cref="Undecided"/>.</summary>
    public static int Contraction(ref byte text, int at, int length, bool final)
    {
        var left = length - at;
        if (left < 4 && !final)
        {
            return Undecided;
        }

        var first = left > 1 ? Unsafe.Add(ref text, at + 1) : (byte)0;
        var second = left > 2 ? Unsafe.Add(ref text, at + 2) : (byte)0;
        switch (first | 0x20)
        {
            case 's' or 't' or 'm' or 'd':
                return 2;
            case 'l':
                return (second | 0x20) == 'l' ? 3 : 0;
            case 'r' or 'v':
                return (second | 0x20) == 'e' ? 3 : 0;
            default:
                // U+017F, the long s, is an s to Unicode case folding.
                return first == 0xC5 && second == 0xBF ? 3 : 0;
        }
    }

    /// <summary>
    /// The three rules for white space, at a white-space character that no earlier rule took: \s*[\r\n]+ (only with
    /// <paramref name="lineEnds"/>), \s+(?!\S), \s+.
    /// </summary>
    public static int WhiteSpace(ref byte text, int start, int length, bool final, bool lineEnds)
    {
        var at = start;
        var last = start;
        var afterLineEnd = 0;
        while (at < length)
        {
            var kind = CharacterTable.At(ref text, at, out var width);
            if ((kind & Space) == 0)
            {
                break;
            }

            last = at;
            at += width;
            if ((kind & LineEnd) != 0)
            {
                afterLineEnd = at;
            }
        }

        if (at == length)
        {
            return !final ? Undecided : lineEnds && afterLineEnd > 0 ? afterLineEnd : at;
        }

        if (lineEnds && afterLineEnd > 0)
        {
            return afterLineEnd;
        }

        // Something else follows: the last white-space character is left for it, unless it is the only one.
        return last > start ? last : at;
    }

    /// <summary>One bit for each of the sixteen bytes from here that is an ASCII letter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Letters(Vector128<byte> bytes) =>
        Vector128.LessThan((bytes | Vector128.Create((byte)0x20)) - Vector128.Create((byte)'a'), Vector128.Create((byte)26)).ExtractMostSignificantBits();

    /// <summary>One bit for each byte from <paramref name="first"/> to the 25th after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Alphabet(Vector128<byte> bytes, byte first) =>
        Vector128.LessThan(bytes - Vector128.Create(first), Vector128.Create((byte)26)).ExtractMostSignificantBits();
}
