using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>The count and option of HRANDFIELD and ZRANDMEMBER: a positive count picks distinct items, a negative one may repeat.</summary>
internal readonly record struct RandomRequest(long Count, bool WithValues)
{
    public static RandomRequest Parse(byte[][] a, ReadOnlySpan<byte> option)
    {
        var count = a[2].ToInteger();
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

        // A partial Fisher-Yates shuffle.
        var all = Enumerable.Range(0, size).ToArray();
        var wanted = (int)Math.Min(Count, size);
        for (var i = 0; i < wanted && wanted < size; i++)
        {
            var other = Random.Shared.Next(i, size);
            (all[i], all[other]) = (all[other], all[i]);
        }

        return all[..wanted];
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

    internal static RedisErrorException OutOfRange() => new("ERR value is out of range");
}
