using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static Ccr.Tokenization.Pieces.CharacterClass;

namespace Ccr.Tokenization.Pieces;

/// <summary>r50k_base and p50k_base: <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c></summary>
internal readonly struct Gpt2Pattern : IPiecePattern
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Next(ReadOnlySpan<byte> text, int start, bool final)
    {
        ref var first = ref MemoryMarshal.GetReference(text);
        if (start + Vector128<byte>.Count < text.Length)
        {
            var letters = Scan.Letters(Vector128.LoadUnsafe(ref first, (nuint)start));
            var head = Unsafe.Add(ref first, start) == ' ' ? 1u : 0u;
            var run = BitOperations.TrailingZeroCount(~(letters | head));
            if ((letters & (1u << (int)head)) != 0 && run < Vector128<byte>.Count && Unsafe.Add(ref first, start + run) < 0x80)
            {
                return start + run;
            }
        }

        return Slow(ref first, start, text.Length, final);
    }

    private static int Slow(ref byte text, int start, int length, bool final)
    {
        var at = start;
        if (Unsafe.Add(ref text, start) == '\'')
        {
            var contraction = Scan.Contraction(ref text, start, length, final);
            if (contraction < 0)
            {
                return Scan.Undecided;
            }

            // This encoding knows the contractions in small letters only.
            if (contraction > 0 && IsSmall(Unsafe.Add(ref text, start + 1)) && IsSmall(Unsafe.Add(ref text, start + contraction - 1)))
            {
                return start + contraction;
            }
        }

        var kind = CharacterTable.At(ref text, start, out var width);
        if (Unsafe.Add(ref text, start) == ' ')
        {
            at++;
            if (at == length && !final)
            {
                return Scan.Undecided;
            }

            kind = at < length ? CharacterTable.At(ref text, at, out width) : Space;
        }

        if ((kind & Space) != 0)
        {
            return Scan.WhiteSpace(ref text, start, length, final, lineEnds: false);
        }

        at += width;
        at = (kind & Letter) != 0 ? Scan.While(ref text, at, length, Letter)
            : (kind & Number) != 0 ? Scan.While(ref text, at, length, Number)
            : Scan.WhileSymbol(ref text, at, length);
        return at == length && !final ? Scan.Undecided : at;
    }

    private static bool IsSmall(byte character) => character is >= (byte)'a' and <= (byte)'z';
}
