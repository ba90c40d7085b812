using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>The options of LPOS.</summary>
/// <param name="Rank">Which match is the first to count; negative: searching from the end.</param>
/// <param name="Count">How many matches; 0 all; null one, not as an array.</param>
/// <param name="MaxLength">How many items are compared; 0 all.</param>
internal sealed record ListSearch(long Rank, long? Count, long MaxLength)
{
    public static ListSearch Parse(byte[][] a)
    {
        var search = new ListSearch(1, null, 0);
        for (var i = 3; i < a.Length; i += 2)
        {
            if (i + 1 == a.Length)
            {
                throw RedisErrorException.Syntax();
            }

            search = a[i].Is("RANK"u8) ? search with { Rank = ParseRank(a[i + 1]) }
                : a[i].Is("COUNT"u8) ? search with { Count = ParsePositive(a[i + 1], "ERR COUNT can't be negative") }
                : a[i].Is("MAXLEN"u8) ? search with { MaxLength = ParsePositive(a[i + 1], "ERR MAXLEN can't be negative") }
                : throw RedisErrorException.Syntax();
        }

        return search;
    }

    public List<int> Find(Deque<byte[]> items, byte[] wanted)
    {
        var found = new List<int>();
        var skip = Rank == long.MinValue ? 0 : Math.Abs(Rank) - 1;
        var compare = MaxLength == 0 ? items.Count : Math.Min(MaxLength, items.Count);
        var limit = Count switch { null => 1, 0 => long.MaxValue, { } count => count };
        for (var i = 0; i < compare && found.Count < limit; i++)
        {
            var index = Rank > 0 ? i : items.Count - 1 - i;
            if (items[index].AsSpan().SequenceEqual(wanted) && skip-- <= 0)
            {
                found.Add(index);
            }
        }

        return found;
    }

    private static long ParseRank(byte[] text)
    {
        var rank = text.ToInteger();
        return rank != 0 ? rank : throw new RedisErrorException(
            "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list");
    }

    private static long ParsePositive(byte[] text, string error) =>
        Integers.TryParse(text, out var value) && value >= 0 ? value : throw new RedisErrorException(error);
}
