using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>The count and option of HRANDFIELD and ZRANDMEMBER: a positive count picks distinct items, a negative one may repeat.</summary>
internal readonly record struct RandomRequest(long Count, bool WithValues)
{
    public static RandomRequest Parse(byte[][] a, ReadOnlySpan<byte> option)
    {
        var count = a[2].ToInteger();
        if (count == long.MinValue)
        {
            throw new RedisErrorException($"ERR value is out of range, value must between {-long.MaxValue} and {long.MaxValue}");
        }

        // A reply of more items than an array can count is refused; Redis would try to write it.
        if (count < -int.MaxValue)
        {
            throw OutOfRange();
        }

        if (a.Length > 4 || (a.Length == 4 && !a[3].Is(option)))
        {
            throw RedisErrorException.Syntax();
        }

        return a.Length == 4 && count > long.MaxValue / 2 ? throw OutOfRange() : new RandomRequest(count, a.Length == 4);
    }

    /// <summary>Indexes below the size.</summary>
    public int[] Pick(int size)
    {
        if (size == 0 || Count == 0)
        {
            return [];
        }

        if (Count < 0)
        {
            var repeated = new int[(int)-Count];
            for (var i = 0; i < repeated.Length; i++)
            {
                repeated[i] = Random.Shared.Next(size);
            }

            return repeated;
        }

        var picks = Enumerable.Range(0, (int)Math.Min(Count, size)).ToArray();
        if (picks.Length == size)
        {
            return picks;
        }

        // A Fisher-Yates shuffle of all indexes that stops after the picks and remembers only what it moved.
        var moved = new Dictionary<int, int>();
        for (var i = 0; i < picks.Length; i++)
        {
            var other = Random.Shared.Next(i, size);
            picks[i] = moved.GetValueOrDefault(other, other);
            moved[other] = moved.GetValueOrDefault(i, i);
        }

        return picks;
    }

    /// <summary>RESP3 nests pairs, RESP2 has them flat.</summary>
    public void ReplyHeader(Session s, int picked) => s.Reply.Array(WithValues && s.Reply.Version == 2 ? picked * 2L : picked);

    public void ReplyPairHeader(Session s)
    {
        if (WithValues && s.Reply.Version == 3)
        {
            s.Reply.Array(2);
        }
    }

    private static RedisErrorException OutOfRange() => new("ERR value is out of range");
}
