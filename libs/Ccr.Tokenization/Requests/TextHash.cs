using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Ccr.Tokenization.Requests;

/// <summary>
/// A 128-bit hash of a text: two independent lanes of 64-by-64-bit multiplications whose halves are folded together, keyed with
/// random numbers of the process, so that nobody can write two texts that share a count. Good for this process's memory only.
/// </summary>
internal static class TextHash
{
    private static readonly ulong[] Keys = MakeKeys();

    /// <summary>The hash of a text; <paramref name="kind"/> keeps apart what must not share a count (encoding, escaped or not).</summary>
    public static UInt128 Of(ReadOnlySpan<byte> text, uint kind)
    {
        var keys = Keys;
        var low = keys[0] ^ kind;
        var high = keys[1] ^ (ulong)text.Length;
        var words = MemoryMarshal.Cast<byte, ulong>(text);
        var at = 0;
        for (; at + 2 <= words.Length; at += 2)
        {
            low = Fold(low ^ words[at] ^ keys[2], words[at + 1] ^ keys[3]);
            high = Fold(high ^ words[at + 1] ^ keys[4], words[at] ^ keys[5]);
        }

        Span<ulong> rest = [0, 0];
        text[(at * sizeof(ulong))..].CopyTo(MemoryMarshal.AsBytes(rest));
        low = Fold(low ^ rest[0] ^ keys[2], rest[1] ^ keys[3] ^ (ulong)text.Length);
        high = Fold(high ^ rest[1] ^ keys[4], rest[0] ^ keys[5] ^ kind);
        return new(Fold(high ^ keys[6], low ^ keys[7]), Fold(low ^ keys[6], high ^ keys[7]));
    }

    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }

    private static ulong[] MakeKeys()
    {
        var keys = new ulong[8];
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(keys.AsSpan()));
        return keys;
    }
}
