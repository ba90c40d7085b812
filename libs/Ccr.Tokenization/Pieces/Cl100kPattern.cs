using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static Ccr.Tokenization.Pieces.CharacterClass;

namespace Ccr.Tokenization.Pieces;

/// <summary>
/// cl100k_base:
/// <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>
/// </summary>
internal readonly struct Cl100kPattern : IPiecePattern
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Next(ReadOnlySpan<byte> text, int start, bool final)
    {
        ref var first = ref MemoryMarshal.GetReference(text);
        if (start + Vector128<byte>.Count < text.Length)
        {
            // An ASCII word of up to 15 bytes, with or without one character before it: most pieces of most texts.
            var letters = Scan.Letters(Vector128.LoadUnsafe(ref first, (nuint)start));
            var head = (~letters & 1) & MayLead(Unsafe.Add(ref first, start));
            var run = BitOperations.TrailingZeroCount(~(letters | head));
            if ((letters & (1u << (int)head)) != 0 && run < Vector128<byte>.Count && Unsafe.Add(ref first, start + run) < 0x80)
            {
                return start + run;
            }
        }

        return Slow(ref first, start, text.Length, final);
    }

    /// <summary>1 for an ASCII character that may stand before the letters and starts no contraction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint MayLead(byte character) =>
        character < 0x80 && character != '\'' && (CharacterTable.OfAscii(character) & (Letter | Number | LineEnd)) == 0 ? 1u : 0u;

    private static int Slow(ref byte text, int start, int length, bool final)
    {
        if (Unsafe.Add(ref text, start) == '\'')
        {
            var contraction = Scan.Contraction(ref text, start, length, final);
            if (contraction != 0)
            {
                return contraction < 0 ? Scan.Undecided : start + contraction;
            }
        }

        var kind = CharacterTable.At(ref text, start, out var width);
        var at = start + width;
        if (at == length && !final)
        {
            return Scan.Undecided;
        }

        var next = at < length ? CharacterTable.At(ref text, at, out _) : Space;
        if ((kind & Letter) != 0 || ((kind & (Number | LineEnd)) == 0 && (next & Letter) != 0))
        {
            at = Scan.While(ref text, at, length, Letter);
            return at == length && !final ? Scan.Undecided : at;
        }

        if ((kind & Number) != 0)
        {
            return Numbers(ref text, at, length, final);
        }

        if ((kind & NoSymbol) == 0 || (Unsafe.Add(ref text, start) == ' ' && (next & NoSymbol) == 0))
        {
            at = Scan.WhileSymbol(ref text, at, length);
            at = Scan.WhileLineEnd(ref text, at, length, orSlash: false);
            return at == length && !final ? Scan.Undecided : at;
        }

        return Scan.WhiteSpace(ref text, start, length, final, lineEnds: true);
    }

    /// <summary>The end of \p{N}{1,3} after its first character.</summary>
    internal static int Numbers(ref byte text, int at, int length, bool final)
    {
        for (var more = 0; more < 2; more++)
        {
            if (at == length)
            {
                return final ? at : Scan.Undecided;
            }

            if ((CharacterTable.At(ref text, at, out var width) & Number) == 0)
            {
                return at;
            }

            at += width;
        }

        return at;
    }
}
