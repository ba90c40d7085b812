using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace Ccr.Tokenization.Vocabularies;

/// <summary>
/// Answers "is this whole piece one token?" for pieces of up to 16 bytes with, nearly always, one cache line read. The
/// bytes themselves are the key, padded with 0xFF, which no valid UTF-8 contains; tokens that are no valid UTF-8 are left
/// out, since a piece of valid text never equals one.
/// </summary>
internal sealed class PieceTable
{
    /// <summary>The longest piece in bytes that the table knows.</summary>
    public const int MaxLength = 16;

    private const ulong Empty = ulong.MaxValue;

    private readonly ulong[] _short;
    private readonly int[] _shortRanks;
    private readonly int _shortShift;
    private readonly ulong[] _long;
    private readonly int[] _longRanks;
    private readonly int _longShift;

    /// <summary>Tokens go in by rank, so that the frequent ones sit at the head of their probe chains.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public PieceTable(MergeList list)
    {
        int shortCount = 0, longCount = 0;
        for (var rank = 0; rank < list.Count; rank++)
        {
            var length = list.Offsets[rank + 1] - list.Offsets[rank];
            shortCount += length is > 0 and <= 8 ? 1 : 0;
            longCount += length is > 8 and <= MaxLength ? 1 : 0;
        }

        var shortSize = SizeFor(shortCount);
        var longSize = SizeFor(longCount);
        _short = GC.AllocateUninitializedArray<ulong>(shortSize);
        _short.AsSpan().Fill(Empty);
        _shortRanks = new int[shortSize];
        _shortShift = 64 - BitOperations.Log2((uint)shortSize);
        _long = GC.AllocateUninitializedArray<ulong>(2 * longSize);
        _long.AsSpan().Fill(Empty);
        _longRanks = new int[longSize];
        _longShift = 64 - BitOperations.Log2((uint)longSize);
        for (var rank = 0; rank < list.Count; rank++)
        {
            var from = list.Offsets[rank];
            var length = list.Offsets[rank + 1] - from;
            if (length is 0 or > MaxLength || !Utf8.IsValid(list.Token(rank)))
            {
                continue;
            }

            Key(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(list.Bytes), from), length, MaxLength, out var low, out var high);
            if (length <= 8)
            {
                var slot = (int)(HashShort(low) >> _shortShift);
                while (_short[slot] != Empty)
                {
                    slot = (slot + 1) & (shortSize - 1);
                }

                _short[slot] = low;
                _shortRanks[slot] = rank;
            }
            else
            {
                var slot = (int)(HashLong(low, high) >> _longShift);
                while (_long[2 * slot] != Empty)
                {
                    slot = (slot + 1) & (longSize - 1);
                }

                _long[2 * slot] = low;
                _long[(2 * slot) + 1] = high;
                _longRanks[slot] = rank;
            }
        }
    }

    /// <summary>The rank of the piece, or -1. <paramref name="readable"/> is how many bytes may be read from its start.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(ref byte piece, int length, int readable)
    {
        if (length <= 8)
        {
            var key = readable >= 8 ? Unsafe.ReadUnaligned<ulong>(ref piece) | Padding(length) : KeyAtEnd(ref piece, length);
            var table = _short;
            var slot = (int)(HashShort(key) >> _shortShift);
            while (true)
            {
                var found = table[slot];
                if (found == key)
                {
                    return _shortRanks[slot];
                }

                if (found == Empty)
                {
                    return -1;
                }

                slot = (slot + 1) & (table.Length - 1);
            }
        }

        return FindLong(ref piece, length, readable);
    }

    private int FindLong(ref byte piece, int length, int readable)
    {
        Key(ref piece, length, readable, out var low, out var high);
        var table = _long;
        var slot = (int)(HashLong(low, high) >> _longShift);
        while (true)
        {
            var found = table[2 * slot];
            if (found == low && table[(2 * slot) + 1] == high)
            {
                return _longRanks[slot];
            }

            if (found == Empty)
            {
                return -1;
            }

            slot = (slot + 1) & (_longRanks.Length - 1);
        }
    }

    /// <summary>The padded key of a piece of up to 16 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Key(ref byte piece, int length, int readable, out ulong low, out ulong high)
    {
        if (length <= 8)
        {
            low = readable >= 8 ? Unsafe.ReadUnaligned<ulong>(ref piece) | Padding(length) : KeyAtEnd(ref piece, length);
            high = Empty;
        }
        else
        {
            ref var rest = ref Unsafe.Add(ref piece, 8);
            low = Unsafe.ReadUnaligned<ulong>(ref piece);
            high = readable >= 16 ? Unsafe.ReadUnaligned<ulong>(ref rest) | Padding(length - 8) : KeyAtEnd(ref rest, length - 8);
        }
    }

    /// <summary>0xFF in every byte that lies beyond the length (1 to 8).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Padding(int length) => length == 8 ? 0 : ulong.MaxValue << (8 * length);

    /// <summary>The padded key of up to 8 bytes at the very end of the readable memory.</summary>
    private static ulong KeyAtEnd(ref byte start, int length)
    {
        var key = ulong.MaxValue;
        for (var i = length - 1; i >= 0; i--)
        {
            key = (key << 8) | Unsafe.Add(ref start, i);
        }

        return key;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong HashShort(ulong key) => (key ^ (key >> 29)) * 0x9E37_79B9_7F4A_7C15;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong HashLong(ulong low, ulong high) => (BitOperations.RotateLeft(high * 0xC2B2_AE3D_27D4_EB4F, 31) ^ low) * 0x9E37_79B9_7F4A_7C15;

    private static int SizeFor(int count) => (int)BitOperations.RoundUpToPowerOf2((uint)(count + (count / 2) + 1));
}
