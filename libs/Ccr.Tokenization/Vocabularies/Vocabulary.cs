using System.Runtime.CompilerServices;

namespace Ccr.Tokenization.Vocabularies;

/// <summary>
/// A loaded vocabulary and the exact merge. Byte-pair encoding is defined by merging the lowest-ranked neighbours first;
/// a sequence of tokens is its result exactly when every two neighbours are what merging them alone would leave, and only
/// one sequence has that property. So the piece is covered from the left with the longest tokens that fit their
/// predecessor, stepping back where nothing fits and never trying a dead place twice: linear in the length of the piece.
/// </summary>
internal sealed class Vocabulary
{
    private static int _loaded;

    private readonly int _id = Interlocked.Increment(ref _loaded);
    private readonly MergeList _list;
    private readonly PieceTable _pieces;
    private readonly PairTable _pairs;
    private readonly TokenTrie _trie;
    private readonly byte[] _lengths;

    private Vocabulary(MergeList list)
    {
        _list = list;
        _pieces = new PieceTable(list);
        _pairs = new PairTable(list);
        _trie = new TokenTrie(list);
        _lengths = new byte[list.Count];
        for (var rank = 0; rank < _lengths.Length; rank++)
        {
            _lengths[rank] = checked((byte)(list.Offsets[rank + 1] - list.Offsets[rank]));
        }
    }

    /// <summary>The number of ranks, holes included.</summary>
    public int Count => _list.Count;

    /// <summary>Reads an embedded vocabulary and builds its tables.</summary>
    public static Vocabulary Load(string encoding) => new(MergeList.Read(encoding));

    /// <summary>The bytes of a token; empty for a rank that has none.</summary>
    public ReadOnlySpan<byte> Token(int rank) => _list.Token(rank);

    /// <summary>The rank of a piece of valid UTF-8 that is one token; -1 when it is not, or is longer than <see cref="PieceTable.MaxLength"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int FindWhole(ref byte piece, int length, int readable) =>
        length <= PieceTable.MaxLength ? _pieces.Find(ref piece, length, readable) : -1;

    /// <summary>The number of tokens of a piece that is not one token. <paramref name="readable"/> is how many bytes may be read from its start.</summary>
    public int CountMerged(ref byte piece, int length, int readable, MergeScratch scratch)
    {
        if (length > PieceTable.MaxLength)
        {
            scratch.Prepare(length);
            var count = Merge(ref piece, length, scratch);
            scratch.Release();
            return count;
        }

        PieceTable.Key(ref piece, length, readable, out var low, out var high);
        ref var known = ref scratch.Cache.Slot(low, high, _id);
        if (known.Low != low || known.High != high || known.Vocabulary != _id || known.Count == 0)
        {
            scratch.Prepare(length);
            known.Count = Merge(ref piece, length, scratch);
            (known.Low, known.High, known.Vocabulary) = (low, high, _id);
        }

        return known.Count;
    }

    /// <summary>Encodes a piece of at least one byte into <see cref="MergeScratch.Tokens"/> and returns the number of tokens. The caller prepares and releases the scratch.</summary>
    public int Merge(ref byte piece, int length, MergeScratch scratch)
    {
        var tokens = scratch.Tokens;
        var dead = scratch.Dead;
        var shorter = _trie.Shorter;
        var lengths = _lengths;
        var tried = 0L;
        var count = 0;
        var at = 0;
        var candidate = _trie.Longest(ref piece, length);
        while (true)
        {
            tried++;
            var end = at + lengths[candidate];
            if ((dead[end >> 6] & (1UL << end)) == 0 && (count == 0 || IsStable(tokens[count - 1], candidate)))
            {
                tokens[count++] = candidate;
                at = end;
                if (at == length)
                {
                    scratch.Tried += tried;
                    return count;
                }

                candidate = _trie.Longest(ref Unsafe.Add(ref piece, at), length - at);
                continue;
            }

            candidate = shorter[candidate];
            while (candidate < 0)
            {
                dead[at >> 6] |= 1UL << at;
                var last = tokens[--count];
                at -= lengths[last];
                candidate = shorter[last];
            }
        }
    }

    /// <summary>
    /// Whether merging the bytes of both tokens alone would leave just these two. Undoes their merges from the latest back:
    /// had the parts that touch at the seam a merge of their own that comes before the one just undone (lower rank, or the
    /// same rank further left), it would have happened first and the two would not stand.
    /// </summary>
    private bool IsStable(int left, int right)
    {
        var parts = _list.Parts;
        var limit = int.MaxValue;
        while (true)
        {
            var across = _pairs.Find(left, right);
            if (across >= 0 && across < limit)
            {
                return false;
            }

            // Single bytes have the lowest ranks, so the greater rank tells both which merge is later and when none is left.
            if (left > right)
            {
                if (left < MergeList.SingleBytes)
                {
                    return true;
                }

                limit = left;
                left = (int)(uint)parts[left];
            }
            else
            {
                if (right < MergeList.SingleBytes)
                {
                    return true;
                }

                limit = right + 1;
                right = (int)(parts[right] >> 32);
            }
        }
    }
}
