using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ccr.Tokenization.Vocabularies;

/// <summary>
/// One thread's memory of how many tokens recent pieces of up to 16 bytes had: words that are no token of their own come
/// again in most texts. Direct mapped and of fixed size; a newer piece takes the place of an older one.
/// </summary>
internal sealed class MergeCache
{
    private const int SizeBits = 12;

    private readonly Entry[] _entries = new Entry[1 << SizeBits];

    /// <summary>Where the count of this piece of this vocabulary is kept, or would be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref Entry Slot(ulong low, ulong high, int vocabulary)
    {
        var hash = (BitOperations.RotateLeft(high * 0xC2B2_AE3D_27D4_EB4F, 31) ^ low ^ (uint)vocabulary) * 0x9E37_79B9_7F4A_7C15;
        return ref _entries[hash >> (64 - SizeBits)];
    }

    /// <summary>The count of one piece; a count of 0 is an empty entry.</summary>
    public struct Entry
    {
        public ulong Low;
        public ulong High;
        public int Vocabulary;
        public int Count;
    }
}
