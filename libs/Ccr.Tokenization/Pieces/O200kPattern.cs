using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static Ccr.Tokenization.Pieces.CharacterClass;

namespace Ccr.Tokenization.Pieces;

/// <summary>
/// o200k_base, with A for [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}], a for [\p{Ll}\p{Lm}\p{Lo}\p{M}] and C for (?i:'s|'t|'re|'ve|'m|'ll|'d)?:
/// <c>[^\r\n\p{L}\p{N}]?A*a+C|[^\r\n\p{L}\p{N}]?A+a*C|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>
/// </summary>
internal readonly struct O200kPattern : IPiecePattern
{
    private const int NoWord = 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Next(ReadOnlySpan<byte> text, int start, bool final)
    {
        ref var first = ref MemoryMarshal.GetReference(text);
        if (start + Vector128<byte>.Count < text.Length)
        {
            // An ASCII word of up to 15 bytes, with or without one character before it: most pieces of most texts.
            var bytes = Vector128.LoadUnsafe(ref first, (nuint)start);
            var upper = Scan.Alphabet(bytes, (byte)'A');
            var lower = Scan.Alphabet(bytes, (byte)'a');
            var lead = (~(upper | lower) & 1) & MayLead(Unsafe.Add(ref first, start));
            var upperEnd = BitOperations.TrailingZeroCount(~(upper | lead));
            var end = BitOperations.TrailingZeroCount(~(lower | ((1u << upperEnd) - 1)));
            if (end > (int)lead && end < Vector128<byte>.Count)
            {
                var after = Unsafe.Add(ref first, start + end);
                if (after < 0x80 && after != '\'')
                {
                    return start + end;
                }
            }
        }

        return Slow(ref first, start, text.Length, final);
    }

    /// <summary>1 for an ASCII character that may stand before the letters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint MayLead(byte character) =>
        character < 0x80 && (CharacterTable.OfAscii(character) & (Letter | Number | LineEnd)) == 0 ? 1u : 0u;

    private static int Slow(ref byte text, int start, int length, bool final)
    {
        var kind = CharacterTable.At(ref text, start, out var width);
        var at = start + width;
        if (at == length && !final)
        {
            return Scan.Undecided;
        }

        if ((kind & (Number | LineEnd)) == 0)
        {
            var word = Word(ref text, start, at, kind, length, final);
            if (word != NoWord)
            {
                return word;
            }
        }
        else if ((kind & Number) != 0)
        {
            return Cl100kPattern.Numbers(ref text, at, length, final);
        }

        var next = at < length ? CharacterTable.At(ref text, at, out _) : Space;
        if ((kind & NoSymbol) == 0 || (Unsafe.Add(ref text, start) == ' ' && (next & NoSymbol) == 0))
        {
            at = Scan.WhileSymbol(ref text, at, length);
            at = Scan.WhileLineEnd(ref text, at, length, orSlash: true);
            return at == length && !final ? Scan.Undecided : at;
        }

        return Scan.WhiteSpace(ref text, start, length, final, lineEnds: true);
    }

    /// <summary>The first two alternatives, in the order in which a backtracking engine tries them; NoWord when neither matches.</summary>
    private static int Word(ref byte text, int start, int afterFirst, byte kind, int length, bool final)
    {
        var isLetter = (kind & Letter) != 0;
        var end = EndingInTail(ref text, isLetter ? start : afterFirst, length, final, out var headEnd);
        if (end == NoWord && !isLetter && (kind & Tail) != 0)
        {
            // A mark: it could be the character before the word, but can also be the word itself.
            end = EndingInTail(ref text, start, length, final, out headEnd);
        }

        if (end == NoWord && headEnd > (isLetter ? start : afterFirst))
        {
            end = headEnd;
        }

        if (end <= 0)
        {
            return end;
        }

        if (end == length)
        {
            return final ? end : Scan.Undecided;
        }

        if (Unsafe.Add(ref text, end) != '\'')
        {
            return end;
        }

        var contraction = Scan.Contraction(ref text, end, length, final);
        return contraction < 0 ? Scan.Undecided : end + contraction;
    }

    /// <summary>The end of A*a+ from here; NoWord when there is none, and then the end of A*.</summary>
    private static int EndingInTail(ref byte text, int start, int length, bool final, out int headEnd)
    {
        var at = start;
        var afterShared = NoWord;
        while (at < length)
        {
            var kind = CharacterTable.At(ref text, at, out var width);
            if ((kind & Head) == 0)
            {
                headEnd = at;
                if ((kind & Tail) == 0)
                {
                    // A* gives characters back until a+ has one: the last that belongs to both.
                    return afterShared;
                }

                at = Scan.While(ref text, at + width, length, Tail);
                return at == length && !final ? Scan.Undecided : at;
            }

            at += width;
            if ((kind & Tail) != 0)
            {
                afterShared = at;
            }
        }

        headEnd = at;
        return final ? afterShared : Scan.Undecided;
    }
}
