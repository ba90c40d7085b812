using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;
using static Ccr.Standins.EmbeddedRedis.Commands.CommandFlags;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Hashes.</summary>
internal static class HashCommands
{
    public static readonly CommandSpec[] Table =
    [
        new("hset", -4, Write | DenyOom | Fast, (1, 1, 1), "hash", HSet),
        new("hmset", -4, Write | DenyOom | Fast, (1, 1, 1), "hash", HMSet),
        new("hsetnx", 4, Write | DenyOom | Fast, (1, 1, 1), "hash", HSetNx),
        new("hget", 3, ReadOnly | Fast, (1, 1, 1), "hash", HGet),
        new("hmget", -3, ReadOnly | Fast, (1, 1, 1), "hash", HMGet),
        new("hgetall", 2, ReadOnly, (1, 1, 1), "hash", HGetAll),
        new("hdel", -3, Write | Fast, (1, 1, 1), "hash", HDel),
        new("hexists", 3, ReadOnly | Fast, (1, 1, 1), "hash", HExists),
        new("hlen", 2, ReadOnly | Fast, (1, 1, 1), "hash", HLen),
        new("hstrlen", 3, ReadOnly | Fast, (1, 1, 1), "hash", HStrLen),
        new("hkeys", 2, ReadOnly, (1, 1, 1), "hash", HKeys),
        new("hvals", 2, ReadOnly, (1, 1, 1), "hash", HVals),
        new("hincrby", 4, Write | DenyOom | Fast, (1, 1, 1), "hash", HIncrBy),
        new("hincrbyfloat", 4, Write | DenyOom | Fast, (1, 1, 1), "hash", HIncrByFloat),
        new("hrandfield", -2, ReadOnly, (1, 1, 1), "hash", HRandField),
    ];

    private static void HSet(Session s, byte[][] a) => s.Reply.Integer(SetAll(s, a, "hset"));

    private static void HMSet(Session s, byte[][] a)
    {
        SetAll(s, a, "hmset");
        s.Reply.Ok();
    }

    private static void HSetNx(Session s, byte[][] a)
    {
        var hash = s.Db.GetOrAdd(a[1], () => new HashValue(s.Engine.Limits));
        var added = hash.Get(a[2]) is null;
        if (added)
        {
            hash.Set(a[2], a[3]);
            s.Db.Changed(a[1]);
        }

        s.Reply.Integer(added ? 1 : 0);
    }

    private static void HGet(Session s, byte[][] a) => s.Reply.BulkOrNull(s.Db.Get<HashValue>(a[1])?.Get(a[2]));

    private static void HMGet(Session s, byte[][] a)
    {
        var hash = s.Db.Get<HashValue>(a[1]);
        s.Reply.Array(a.Length - 2);
        foreach (var field in a.AsSpan(2))
        {
            s.Reply.BulkOrNull(hash?.Get(field));
        }
    }

    private static void HGetAll(Session s, byte[][] a)
    {
        var hash = s.Db.Get<HashValue>(a[1]);
        s.Reply.Map(hash?.Fields.Count ?? 0);
        foreach (var (field, value) in hash is null ? [] : hash.Fields.Entries)
        {
            s.Reply.Bulk(field);
            s.Reply.Bulk(value);
        }
    }

    private static void HDel(Session s, byte[][] a)
    {
        var removed = 0;
        if (s.Db.Get<HashValue>(a[1]) is { } hash)
        {
            foreach (var field in a.AsSpan(2))
            {
                removed += hash.Remove(field) ? 1 : 0;
            }

            if (removed > 0)
            {
                s.Db.ChangedOrEmptied(a[1], hash.Fields.Count == 0);
            }
        }

        s.Reply.Integer(removed);
    }

    private static void HExists(Session s, byte[][] a) => s.Reply.Integer(s.Db.Get<HashValue>(a[1])?.Get(a[2]) is null ? 0 : 1);

    private static void HLen(Session s, byte[][] a) => s.Reply.Integer(s.Db.Get<HashValue>(a[1])?.Fields.Count ?? 0);

    private static void HStrLen(Session s, byte[][] a) => s.Reply.Integer(s.Db.Get<HashValue>(a[1])?.Get(a[2])?.Length ?? 0);

    private static void HKeys(Session s, byte[][] a)
    {
        var hash = s.Db.Get<HashValue>(a[1]);
        s.Reply.Array(hash?.Fields.Count ?? 0);
        foreach (var (field, _) in hash is null ? [] : hash.Fields.Entries)
        {
            s.Reply.Bulk(field);
        }
    }

    private static void HVals(Session s, byte[][] a)
    {
        var hash = s.Db.Get<HashValue>(a[1]);
        s.Reply.Array(hash?.Fields.Count ?? 0);
        foreach (var (_, value) in hash is null ? [] : hash.Fields.Entries)
        {
            s.Reply.Bulk(value);
        }
    }

    private static void HIncrBy(Session s, byte[][] a)
    {
        var amount = a[3].ToInteger();
        var old = 0L;
        if (s.Db.Get<HashValue>(a[1])?.Get(a[2]) is { } text && !Integers.TryParse(text, out old))
        {
            throw new RedisErrorException("ERR hash value is not an integer");
        }

        if ((amount < 0 && old < long.MinValue - amount) || (amount > 0 && old > long.MaxValue - amount))
        {
            throw new RedisErrorException("ERR increment or decrement would overflow");
        }

        SetOne(s, a[1], a[2], Integers.Format(old + amount));
        s.Reply.Integer(old + amount);
    }

    private static void HIncrByFloat(Session s, byte[][] a)
    {
        if (!LongDouble.TryParse(a[3], out var amount))
        {
            throw RedisErrorException.NotFloat();
        }

        if (amount.IsInfinite)
        {
            throw new RedisErrorException("ERR value is NaN or Infinity");
        }

        var old = default(LongDouble);
        if (s.Db.Get<HashValue>(a[1])?.Get(a[2]) is { } text && !LongDouble.TryParse(text, out old))
        {
            throw new RedisErrorException("ERR hash value is not a float");
        }

        var sum = old + amount;
        if (sum.IsInfinite)
        {
            throw new RedisErrorException("ERR increment would produce NaN or Infinity");
        }

        SetOne(s, a[1], a[2], sum.Format());
        s.Reply.Bulk(sum.Format());
    }

    private static void HRandField(Session s, byte[][] a)
    {
        if (a.Length == 2)
        {
            s.Reply.BulkOrNull(s.Db.Get<HashValue>(a[1]) is { } one ? one.Fields[Random.Shared.Next(one.Fields.Count)].Key : null);
            return;
        }

        var request = RandomRequest.Parse(a, "WITHVALUES"u8);
        var hash = s.Db.Get<HashValue>(a[1]);
        var picks = request.Pick(hash?.Fields.Count ?? 0);
        request.ReplyHeader(s, picks.Length);
        foreach (var pick in picks)
        {
            var (field, value) = hash!.Fields[pick];
            request.ReplyPairHeader(s);
            s.Reply.Bulk(field);
            if (request.WithValues)
            {
                s.Reply.Bulk(value);
            }
        }
    }

    private static int SetAll(Session s, byte[][] a, string command)
    {
        if (a.Length % 2 != 0)
        {
            throw RedisErrorException.WrongArity(command);
        }

        var hash = s.Db.GetOrAdd(a[1], () => new HashValue(s.Engine.Limits));
        var added = 0;
        for (var i = 2; i < a.Length; i += 2)
        {
            added += hash.Set(a[i], a[i + 1]) ? 1 : 0;
        }

        s.Db.Changed(a[1]);
        return added;
    }

    private static void SetOne(Session s, byte[] key, byte[] field, byte[] value)
    {
        s.Db.GetOrAdd(key, () => new HashValue(s.Engine.Limits)).Set(field, value);
        s.Db.Changed(key);
    }
}
