using System.Runtime.CompilerServices;

namespace Ccr.Tokenization.Vocabularies;

/// <summary>
/// A vocabulary as it is stored: every token above the 256 single bytes is the merge of two earlier ones. The bytes of all
/// tokens lie in one block, in rank order. The file's layout is in docs/tokenization.md.
/// </summary>
internal sealed class MergeList
{
    /// <summary>Ranks below this one are the single bytes.</summary>
    public const int SingleBytes = 256;

    /// <summary>Zero bytes after the last token, so that sixteen bytes may be read from any token's start.</summary>
    private const int Padding = 16;

    private MergeList(int count)
    {
        Count = count;
        Offsets = new int[count + 1];
        Parts = new ulong[count];
    }

    /// <summary>The number of ranks, holes included.</summary>
    public int Count { get; }

    /// <summary>All tokens' bytes, one after the other.</summary>
    public byte[] Bytes { get; private set; } = [];

    /// <summary>Token r lies in <see cref="Bytes"/> from Offsets[r] to Offsets[r + 1]; a rank that is a hole has no bytes.</summary>
    public int[] Offsets { get; }

    /// <summary>The merge that makes a token: left rank in the upper half, right rank in the lower; unused for single bytes and holes.</summary>
    public ulong[] Parts { get; }

    /// <summary>The bytes of one token.</summary>
    public ReadOnlySpan<byte> Token(int rank) => Bytes.AsSpan(Offsets[rank], Offsets[rank + 1] - Offsets[rank]);

    /// <summary>Reads an embedded vocabulary.</summary>
    // Runs once per vocabulary, with long loops: compiled at once rather than interpreted into tiering.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static MergeList Read(string encoding)
    {
        var data = PackedResource.Read(encoding + ".vocabulary");
        var merges = (data.Length - SingleBytes) / 6;
        var count = SingleBytes + merges;
        var list = new MergeList(count);
        var offsets = list.Offsets;
        var parts = list.Parts;
        var planes = data.AsSpan(SingleBytes);
        ReadOnlySpan<byte> left0 = planes[..merges], left1 = planes.Slice(merges, merges), left2 = planes.Slice(2 * merges, merges);
        ReadOnlySpan<byte> right0 = planes.Slice(3 * merges, merges), right1 = planes.Slice(4 * merges, merges), right2 = planes.Slice(5 * merges, merges);
        for (var rank = 0; rank < SingleBytes; rank++)
        {
            offsets[rank + 1] = rank + 1;
        }

        for (var i = 0; i < merges; i++)
        {
            var rank = SingleBytes + i;
            var left = left0[i] | (left1[i] << 8) | (left2[i] << 16);
            var right = right0[i] | (right1[i] << 8) | (right2[i] << 16);
            parts[rank] = ((ulong)left << 32) | (uint)right;
            var length = left == rank ? 0 : offsets[left + 1] - offsets[left] + offsets[right + 1] - offsets[right];
            offsets[rank + 1] = offsets[rank] + length;
        }

        var bytes = new byte[offsets[count] + Padding];
        data.AsSpan(0, SingleBytes).CopyTo(bytes);
        for (var rank = SingleBytes; rank < count; rank++)
        {
            var to = offsets[rank];
            if (offsets[rank + 1] == to)
            {
                continue;
            }

            var left = (int)(parts[rank] >> 32);
            var right = (int)(uint)parts[rank];
            for (var from = offsets[left]; from < offsets[left + 1]; from++)
            {
                bytes[to++] = bytes[from];
            }

            for (var from = offsets[right]; from < offsets[right + 1]; from++)
            {
                bytes[to++] = bytes[from];
            }
        }

        list.Bytes = bytes;
        return list;
    }
}
