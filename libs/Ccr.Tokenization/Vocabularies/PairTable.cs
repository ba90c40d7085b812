using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ccr.Tokenization.Vocabularies;

/// <summary>
/// Answers "which token do these two make?" An entry is 18 bits of rank under 14 bits of hash; a hit is checked against
/// the merge list. Nearly all questions are answered "none", and those by one bit of a filter that fits the second-level cache.
/// </summary>
internal sealed class PairTable
{
    private const int RankBits = 18;
    private const uint RankMask = (1u << RankBits) - 1;

    // Sixteen words for 256 slots: four bits for each slot, at least eight for each pair.
    private const int FilterShift = 4;

    private readonly ulong[] _parts;
    private readonly uint[] _slots;
    private readonly int _shift;
    private readonly ulong[] _filter;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public PairTable(MergeList list)
    {
        if (list.Count > RankMask)
        {
            throw new InvalidOperationException($"A vocabulary of {list.Count} ranks does not fit into {RankBits} bits.");
        }

        _parts = list.Parts;
        _slots = new uint[BitOperations.RoundUpToPowerOf2((uint)(2 * list.Count))];
        _shift = 64 - BitOperations.Log2((uint)_slots.Length);
        _filter = new ulong[_slots.Length >> FilterShift];
        for (var rank = MergeList.SingleBytes; rank < list.Count; rank++)
        {
            if (list.Offsets[rank + 1] == list.Offsets[rank])
            {
                continue;
            }

            var hash = Hash(_parts[rank]);
            _filter[(hash >> 26) & (uint)(_filter.Length - 1)] |= 1UL << (int)(hash >> 40);
            var slot = (int)(hash >> _shift);
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & (_slots.Length - 1);
            }

            _slots[slot] = Tag(hash) | (uint)rank;
        }
    }

    /// <summary>The rank of the token that the two merge into, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(int left, int right)
    {
        var pair = ((ulong)(uint)left << 32) | (uint)right;
        var hash = Hash(pair);
        var filter = _filter;
        if ((filter[(hash >> 26) & (uint)(filter.Length - 1)] & (1UL << (int)(hash >> 40))) == 0)
        {
            return -1;
        }

        var tag = Tag(hash);
        var slots = _slots;
        var slot = (int)(hash >> _shift);
        while (true)
        {
            // No merge makes a single byte, so 0 marks an empty slot.
            var entry = slots[slot];
            if (entry == 0)
            {
                return -1;
            }

            if ((entry & ~RankMask) == tag)
            {
                var rank = (int)(entry & RankMask);
                if (_parts[rank] == pair)
                {
                    return rank;
                }
            }

            slot = (slot + 1) & (slots.Length - 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Hash(ulong pair) => (pair ^ (pair >> 29)) * 0x9E37_79B9_7F4A_7C15;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Tag(ulong hash) => (uint)(hash >> 20) << RankBits;
}
