using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ccr.Tokenization.Vocabularies;

/// <summary>
/// Finds the longest token at a place in the text. Nodes are numbered breadth first, so the children of a node lie side by
/// side and their labels are compared sixteen at a time; the first two bytes of a token go through a direct table.
/// </summary>
internal sealed class TokenTrie
{
    private readonly Node[] _nodes;
    private readonly byte[] _labels;
    private readonly int[] _secondLevel = new int[1 << 16];
    private readonly int[] _singleBytes = new int[MergeList.SingleBytes];

    /// <summary>The longest token that is a proper prefix of a token; -1 for single bytes.</summary>
    public int[] Shorter { get; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public TokenTrie(MergeList list)
    {
        var sorted = Sort(list);
        var bytes = list.Bytes;
        var offsets = list.Offsets;
        Shorter = new int[list.Count];

        // A waiting node is a range of the sorted tokens that share their first bytes, and the token nearest above it.
        var capacity = CountNodes(list, sorted);
        var low = GC.AllocateUninitializedArray<int>(capacity);
        var high = GC.AllocateUninitializedArray<int>(capacity);
        var above = GC.AllocateUninitializedArray<int>(capacity);
        var nodes = GC.AllocateUninitializedArray<Node>(capacity + 1);
        var labels = new byte[capacity + Vector128<byte>.Count];
        (low[0], high[0], above[0]) = (0, sorted.Length, -1);
        var count = 1;
        var depth = 0;
        var levelEnd = 1;
        for (var node = 0; node < count; node++)
        {
            if (node == levelEnd)
            {
                depth++;
                levelEnd = count;
            }

            var at = low[node];
            var end = high[node];
            var nearest = above[node];
            var ending = -1;
            if (depth > 0 && offsets[sorted[at] + 1] - offsets[sorted[at]] == depth)
            {
                var token = sorted[at++];
                ending = token;
                Shorter[token] = nearest;
                nearest = token;
            }

            nodes[node] = new Node(count, ending);
            while (at < end)
            {
                var label = bytes[offsets[sorted[at]] + depth];
                var next = at + 1;
                while (next < end && bytes[offsets[sorted[next]] + depth] == label)
                {
                    next++;
                }

                (low[count], high[count], above[count], labels[count]) = (at, next, nearest, label);
                count++;
                at = next;
            }
        }

        nodes[count] = new Node(count, -1);
        _nodes = nodes;
        _labels = labels;
        for (var node = nodes[0].FirstChild; node < nodes[1].FirstChild; node++)
        {
            _singleBytes[_labels[node]] = nodes[node].Token;
            for (var child = nodes[node].FirstChild; child < nodes[node + 1].FirstChild; child++)
            {
                _secondLevel[(_labels[node] << 8) | _labels[child]] = child;
            }
        }
    }

    /// <summary>The longest token that the text starts with; there always is one, at least its first byte.</summary>
    public int Longest(ref byte text, int length)
    {
        var token = _singleBytes[text];
        if (length == 1)
        {
            return token;
        }

        var node = _secondLevel[(text << 8) | Unsafe.Add(ref text, 1)];
        if (node == 0)
        {
            return token;
        }

        var nodes = _nodes;
        ref var labels = ref MemoryMarshal.GetArrayDataReference(_labels);
        var at = 2;
        while (true)
        {
            var here = nodes[node].Token;
            token = here >= 0 ? here : token;
            if (at == length)
            {
                return token;
            }

            var child = nodes[node].FirstChild;
            var end = nodes[node + 1].FirstChild;
            var wanted = Vector128.Create(Unsafe.Add(ref text, at));
            at++;
            while (true)
            {
                if (child >= end)
                {
                    return token;
                }

                // The array is padded, so reading sixteen labels at the last node stays inside it.
                var equal = Vector128.Equals(Vector128.LoadUnsafe(ref labels, (nuint)child), wanted).ExtractMostSignificantBits();
                if (equal != 0)
                {
                    child += int.TrailingZeroCount((int)equal);
                    if (child >= end)
                    {
                        return token;
                    }

                    node = child;
                    break;
                }

                child += Vector128<byte>.Count;
            }
        }
    }

    /// <summary>The root and, for each token in order, what it does not share with the one before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int CountNodes(MergeList list, int[] sorted)
    {
        var count = 1;
        var before = ReadOnlySpan<byte>.Empty;
        foreach (var rank in sorted)
        {
            var token = list.Token(rank);
            count += token.Length - token.CommonPrefixLength(before);
            before = token;
        }

        return count;
    }

    /// <summary>All ranks that have bytes, in the order of their bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int[] Sort(MergeList list)
    {
        var ranks = new int[list.Count];
        var keys = new ulong[list.Count];
        var count = 0;
        for (var rank = 0; rank < list.Count; rank++)
        {
            var from = list.Offsets[rank];
            var length = list.Offsets[rank + 1] - from;
            if (length == 0)
            {
                continue;
            }

            // Big endian, so that the order of the numbers is the order of the bytes; zeros stand where the token has ended.
            var key = BinaryPrimitives.ReadUInt64BigEndian(list.Bytes.AsSpan(from));
            keys[count] = length < 8 ? key >> (64 - (8 * length)) << (64 - (8 * length)) : key;
            ranks[count++] = rank;
        }

        Array.Resize(ref ranks, count);
        SortByKey(ref keys, ref ranks);

        // What agrees in its first eight bytes is put in order here: few and short groups, so by insertion.
        for (var sorted = 1; sorted < count; sorted++)
        {
            var at = sorted;
            for (; at > 0 && keys[at - 1] == keys[at] && list.Token(ranks[at - 1]).SequenceCompareTo(list.Token(ranks[at])) > 0; at--)
            {
                (ranks[at - 1], ranks[at]) = (ranks[at], ranks[at - 1]);
            }
        }

        return ranks;
    }

    /// <summary>Radix sort by sixteen bits at a time; Array.Sort would run unoptimised this early in a process.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SortByKey(ref ulong[] keys, ref int[] ranks)
    {
        var otherKeys = new ulong[ranks.Length];
        var otherRanks = new int[ranks.Length];
        var places = new int[(1 << 16) + 1];
        for (var shift = 0; shift < 64; shift += 16)
        {
            Array.Clear(places);
            for (var i = 0; i < ranks.Length; i++)
            {
                places[(ushort)(keys[i] >> shift) + 1]++;
            }

            for (var digit = 1; digit < places.Length; digit++)
            {
                places[digit] += places[digit - 1];
            }

            for (var i = 0; i < ranks.Length; i++)
            {
                var place = places[(ushort)(keys[i] >> shift)]++;
                otherKeys[place] = keys[i];
                otherRanks[place] = ranks[i];
            }

            (keys, otherKeys) = (otherKeys, keys);
            (ranks, otherRanks) = (otherRanks, ranks);
        }
    }

    /// <summary>A node's children are the nodes from its first child to the next node's; Token is -1 where none ends.</summary>
    private readonly record struct Node(int FirstChild, int Token);
}
