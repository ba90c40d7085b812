using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;
using static Ccr.Standins.EmbeddedRedis.Commands.CommandFlags;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Keys whatever they hold.</summary>
internal static class KeyCommands
{
    private const int SharedIntegers = 10_000;

    public static readonly CommandSpec[] Table =
    [
        new("del", -2, Write, (1, -1, 1), "keyspace", Del),
        new("unlink", -2, Write | Fast, (1, -1, 1), "keyspace", Del),
        new("exists", -2, ReadOnly | Fast, (1, -1, 1), "keyspace", Exists),
        new("touch", -2, ReadOnly | Fast, (1, -1, 1), "keyspace", Exists),
        new("type", 2, ReadOnly | Fast, (1, 1, 1), "keyspace", Type),
        new("rename", 3, Write, (1, 2, 1), "keyspace", Rename),
        new("renamenx", 3, Write | Fast, (1, 2, 1), "keyspace", RenameNx),
        new("copy", -3, Write | DenyOom, (1, 2, 1), "keyspace", Copy),
        new("randomkey", 1, ReadOnly, (0, 0, 0), "keyspace", RandomKey),
        new("dbsize", 1, ReadOnly | Fast, (0, 0, 0), "keyspace", DbSize),
        new("flushdb", -1, Write, (0, 0, 0), "keyspace dangerous", FlushDb),
        new("flushall", -1, Write, (0, 0, 0), "keyspace dangerous", FlushAll),
        new("object", -2, None, (0, 0, 0), "", CommandSpec.NeedsSubcommand)
        {
            Subcommands =
            [
                new("object|encoding", 3, ReadOnly, (2, 2, 1), "keyspace", ObjectEncoding),
                new("object|freq", 3, ReadOnly, (2, 2, 1), "keyspace", ObjectFreq),
                new("object|idletime", 3, ReadOnly, (2, 2, 1), "keyspace", ObjectIdleTime),
                new("object|refcount", 3, ReadOnly, (2, 2, 1), "keyspace", ObjectRefCount),
            ],
        },
    ];

    private static void Del(Session s, byte[][] a)
    {
        var removed = 0;
        foreach (var key in a.AsSpan(1))
        {
            removed += s.Db.Remove(key) ? 1 : 0;
        }

        s.Reply.Integer(removed);
    }

    private static void Exists(Session s, byte[][] a)
    {
        var found = 0;
        foreach (var key in a.AsSpan(1))
        {
            found += s.Db.Find(key) is null ? 0 : 1;
        }

        s.Reply.Integer(found);
    }

    private static void Type(Session s, byte[][] a) => s.Reply.Status(s.Db.Peek(a[1])?.Value.TypeName ?? "none");

    private static void Rename(Session s, byte[][] a)
    {
        Move(s, a[1], a[2], replace: true);
        s.Reply.Ok();
    }

    private static void RenameNx(Session s, byte[][] a) => s.Reply.Integer(Move(s, a[1], a[2], replace: false) ? 1 : 0);

    private static void Copy(Session s, byte[][] a)
    {
        var target = s.Db;
        var replace = false;
        for (var i = 3; i < a.Length; i++)
        {
            if (a[i].Is("REPLACE"u8))
            {
                replace = true;
            }
            else if (a[i].Is("DB"u8) && i + 1 < a.Length)
            {
                target = ConnectionCommands.Database(s, a[++i]);
            }
            else
            {
                throw RedisErrorException.Syntax();
            }
        }

        if (target == s.Db && ByteArrayComparer.Instance.Equals(a[1], a[2]))
        {
            throw new RedisErrorException("ERR source and destination objects are the same");
        }

        if (s.Db.Find(a[1]) is not { } source || (target.Find(a[2]) is not null && !replace))
        {
            s.Reply.Integer(0);
            return;
        }

        target.Remove(a[2]);
        var copy = target.Set(a[2], source.Value.Copy());
        target.SetExpiry(a[2], copy, source.ExpireAt);
        s.Reply.Integer(1);
    }

    private static void RandomKey(Session s, byte[][] a)
    {
        while (s.Db.Count > 0)
        {
            var key = s.Db.Keys[Random.Shared.Next(s.Db.Count)].Key;
            if (s.Db.Find(key) is not null)
            {
                s.Reply.Bulk(key);
                return;
            }
        }

        s.Reply.Null();
    }

    private static void DbSize(Session s, byte[][] a) => s.Reply.Integer(s.Db.Count);

    private static void FlushDb(Session s, byte[][] a)
    {
        CheckFlush(a);
        s.Db.Clear();
        s.Reply.Ok();
    }

    private static void FlushAll(Session s, byte[][] a)
    {
        CheckFlush(a);
        foreach (var database in s.Engine.Databases)
        {
            database.Clear();
        }

        s.Reply.Ok();
    }

    private static void ObjectEncoding(Session s, byte[][] a)
    {
        if (s.Db.Peek(a[2]) is { } entry)
        {
            s.Reply.Bulk(entry.Value.Encoding);
        }
        else
        {
            s.Reply.Null();
        }
    }

    private static void ObjectFreq(Session s, byte[][] a)
    {
        if (s.Db.Peek(a[2]) is not null)
        {
            throw new RedisErrorException(
                "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.");
        }

        s.Reply.Null();
    }

    private static void ObjectIdleTime(Session s, byte[][] a)
    {
        if (s.Db.Peek(a[2]) is { } entry)
        {
            s.Reply.Integer(Math.Max(s.Engine.Now - entry.LastUsed, 0) / 1000);
        }
        else
        {
            s.Reply.Null();
        }
    }

    // Redis shares the objects of small integers and says so; everything else has one owner.
    private static void ObjectRefCount(Session s, byte[][] a)
    {
        if (s.Db.Peek(a[2]) is not { } entry)
        {
            s.Reply.Null();
            return;
        }

        var shared = entry.Value is StringValue { Encoding: "int" } text && Integers.TryParse(text.Span, out var number) && number is >= 0 and < SharedIntegers;
        s.Reply.Integer(shared ? int.MaxValue : 1);
    }

    private static bool Move(Session s, byte[] from, byte[] to, bool replace)
    {
        var source = s.Db.Find(from) ?? throw RedisErrorException.NoSuchKey();
        if (ByteArrayComparer.Instance.Equals(from, to))
        {
            return false;
        }

        if (!replace && s.Db.Find(to) is not null)
        {
            return false;
        }

        var expiry = source.ExpireAt;
        s.Db.Remove(from);
        s.Db.Remove(to);
        s.Db.SetExpiry(to, s.Db.Set(to, source.Value), expiry);
        return true;
    }

    private static void CheckFlush(byte[][] a)
    {
        if (a.Length > 2 || (a.Length == 2 && !a[1].Is("ASYNC"u8) && !a[1].Is("SYNC"u8)))
        {
            throw RedisErrorException.Syntax();
        }
    }
}
