using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;
using static Ccr.Standins.EmbeddedRedis.Commands.CommandFlags;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>When keys go.</summary>
internal static class ExpiryCommands
{
    public static readonly CommandSpec[] Table =
    [
        new("expire", -3, Write | Fast, (1, 1, 1), "keyspace", Expire),
        new("pexpire", -3, Write | Fast, (1, 1, 1), "keyspace", PExpire),
        new("expireat", -3, Write | Fast, (1, 1, 1), "keyspace", ExpireAt),
        new("pexpireat", -3, Write | Fast, (1, 1, 1), "keyspace", PExpireAt),
        new("ttl", 2, ReadOnly | Fast, (1, 1, 1), "keyspace", Ttl),
        new("pttl", 2, ReadOnly | Fast, (1, 1, 1), "keyspace", PTtl),
        new("expiretime", 2, ReadOnly | Fast, (1, 1, 1), "keyspace", ExpireTime),
        new("pexpiretime", 2, ReadOnly | Fast, (1, 1, 1), "keyspace", PExpireTime),
        new("persist", 2, Write | Fast, (1, 1, 1), "keyspace", Persist),
    ];

    private static void Expire(Session s, byte[][] a) => SetTime(s, a, s.Engine.Now, seconds: true, "expire");

    private static void PExpire(Session s, byte[][] a) => SetTime(s, a, s.Engine.Now, seconds: false, "pexpire");

    private static void ExpireAt(Session s, byte[][] a) => SetTime(s, a, 0, seconds: true, "expireat");

    private static void PExpireAt(Session s, byte[][] a) => SetTime(s, a, 0, seconds: false, "pexpireat");

    private static void Ttl(Session s, byte[][] a) => ReplyTime(s, a[1], s.Engine.Now, seconds: true);

    private static void PTtl(Session s, byte[][] a) => ReplyTime(s, a[1], s.Engine.Now, seconds: false);

    private static void ExpireTime(Session s, byte[][] a) => ReplyTime(s, a[1], 0, seconds: true);

    private static void PExpireTime(Session s, byte[][] a) => ReplyTime(s, a[1], 0, seconds: false);

    private static void Persist(Session s, byte[][] a)
    {
        var persisted = s.Db.Find(a[1]) is { } entry && s.Db.Persist(a[1], entry);
        if (persisted)
        {
            s.Db.Changed(a[1]);
        }

        s.Reply.Integer(persisted ? 1 : 0);
    }

    /// <summary>Sets the expiry of a living key; a time in the past removes it at once.</summary>
    public static void Apply(Session s, byte[] key, KeyEntry entry, long when)
    {
        if (when <= s.Engine.Now)
        {
            s.Db.Remove(key);
            return;
        }

        s.Db.SetExpiry(key, entry, when);
        s.Db.Changed(key);
    }

    private static void SetTime(Session s, byte[][] a, long basis, bool seconds, string command)
    {
        var condition = ExpiryCondition.Parse(a.AsSpan(3));
        var when = a[2].ToInteger();
        if (seconds)
        {
            if (when is > long.MaxValue / 1000 or < long.MinValue / 1000)
            {
                throw RedisErrorException.InvalidExpire(command);
            }

            when *= 1000;
        }

        if (when > long.MaxValue - basis)
        {
            throw RedisErrorException.InvalidExpire(command);
        }

        when += basis;
        if (s.Db.Find(a[1]) is not { } entry || !condition.Allows(entry.ExpireAt, when))
        {
            s.Reply.Integer(0);
            return;
        }

        Apply(s, a[1], entry, when);
        s.Reply.Integer(1);
    }

    private static void ReplyTime(Session s, byte[] key, long basis, bool seconds)
    {
        var expireAt = s.Db.Peek(key) is { } entry ? entry.ExpireAt : -2;
        if (expireAt < 0)
        {
            s.Reply.Integer(expireAt);
            return;
        }

        var time = Math.Max(expireAt - basis, 0);
        s.Reply.Integer(seconds ? (time + 500) / 1000 : time);
    }
}
