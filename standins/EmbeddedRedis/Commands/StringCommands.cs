using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;
using static Ccr.Standins.EmbeddedRedis.Commands.CommandFlags;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Strings as bytes.</summary>
internal static class StringCommands
{
    public static readonly CommandSpec[] Table =
    [
        new("get", 2, ReadOnly | Fast, (1, 1, 1), "string", Get),
        new("set", -3, Write | DenyOom, (1, 1, 1), "string", Set),
        new("setnx", 3, Write | DenyOom | Fast, (1, 1, 1), "string", SetNx),
        new("setex", 4, Write | DenyOom, (1, 1, 1), "string", SetEx),
        new("psetex", 4, Write | DenyOom, (1, 1, 1), "string", PSetEx),
        new("getset", 3, Write | DenyOom | Fast, (1, 1, 1), "string", GetSet),
        new("getdel", 2, Write | Fast, (1, 1, 1), "string", GetDel),
        new("getex", -2, Write | Fast, (1, 1, 1), "string", GetEx),
        new("mget", -2, ReadOnly | Fast, (1, -1, 1), "string", MGet),
        new("mset", -3, Write | DenyOom, (1, -1, 2), "string", MSet),
        new("msetnx", -3, Write | DenyOom, (1, -1, 2), "string", MSetNx),
        new("append", 3, Write | DenyOom | Fast, (1, 1, 1), "string", Append),
        new("strlen", 2, ReadOnly | Fast, (1, 1, 1), "string", StrLen),
        new("getrange", 4, ReadOnly, (1, 1, 1), "string", GetRange),
        new("setrange", 4, Write | DenyOom, (1, 1, 1), "string", SetRange),
    ];

    private static void Get(Session s, byte[][] a) => ReplyString(s, s.Db.Get<StringValue>(a[1]));

    private static void Set(Session s, byte[][] a)
    {
        var options = SetOptions.Parse(a, 3, forSet: true);
        Store(s, a[1], a[2], options, "set");
    }

    private static void SetNx(Session s, byte[][] a)
    {
        var absent = s.Db.Find(a[1]) is null;
        if (absent)
        {
            s.Db.Set(a[1], new StringValue(a[2]));
        }

        s.Reply.Integer(absent ? 1 : 0);
    }

    private static void SetEx(Session s, byte[][] a) => Store(s, a[1], a[3], new SetOptions { Expiry = a[2], InSeconds = true }, "setex");

    private static void PSetEx(Session s, byte[][] a) => Store(s, a[1], a[3], new SetOptions { Expiry = a[2] }, "psetex");

    private static void GetSet(Session s, byte[][] a)
    {
        ReplyString(s, s.Db.Get<StringValue>(a[1]));
        s.Db.Set(a[1], new StringValue(a[2]));
    }

    private static void GetDel(Session s, byte[][] a)
    {
        ReplyString(s, s.Db.Get<StringValue>(a[1]));
        s.Db.Remove(a[1]);
    }

    private static void GetEx(Session s, byte[][] a)
    {
        var options = SetOptions.Parse(a, 2, forSet: false);
        var value = s.Db.Get<StringValue>(a[1]);
        if (value is null)
        {
            s.Reply.Null();
            return;
        }

        var when = options.ExpiryTime(s.Engine.Now, "getex");
        ReplyString(s, value);
        var entry = s.Db.Find(a[1])!;
        if (when is not null)
        {
            ExpiryCommands.Apply(s, a[1], entry, when.Value);
        }
        else if (options.Persist && s.Db.Persist(a[1], entry))
        {
            s.Db.Changed(a[1]);
        }
    }

    private static void MGet(Session s, byte[][] a)
    {
        s.Reply.Array(a.Length - 1);
        foreach (var key in a.AsSpan(1))
        {
            ReplyString(s, s.Db.Find(key)?.Value as StringValue);
        }
    }

    private static void MSet(Session s, byte[][] a)
    {
        SetAll(s, a, "mset");
        s.Reply.Ok();
    }

    private static void MSetNx(Session s, byte[][] a)
    {
        var free = true;
        for (var i = 1; i < a.Length; i += 2)
        {
            free &= s.Db.Find(a[i]) is null;
        }

        if (free || a.Length % 2 == 0)
        {
            SetAll(s, a, "msetnx");
        }

        s.Reply.Integer(free ? 1 : 0);
    }

    private static void Append(Session s, byte[][] a)
    {
        var value = s.Db.Get<StringValue>(a[1]);
        if (value is null)
        {
            s.Db.Set(a[1], new StringValue(a[2]));
            s.Reply.Integer(a[2].Length);
            return;
        }

        CheckLength(s, (ulong)value.Length + (ulong)a[2].Length);
        value.Overwrite(value.Length, a[2]);
        s.Db.Changed(a[1]);
        s.Reply.Integer(value.Length);
    }

    private static void StrLen(Session s, byte[][] a) => s.Reply.Integer(s.Db.Get<StringValue>(a[1])?.Length ?? 0);

    private static void GetRange(Session s, byte[][] a)
    {
        var start = a[2].ToInteger();
        var end = a[3].ToInteger();
        var value = s.Db.Get<StringValue>(a[1]);
        if (value is null || (start < 0 && end < 0 && start > end))
        {
            s.Reply.Bulk([]);
            return;
        }

        start = Math.Max(start < 0 ? start + value.Length : start, 0);
        end = Math.Min(Math.Max(end < 0 ? end + value.Length : end, 0), value.Length - 1);
        s.Reply.Bulk(start > end ? [] : value.Span[(int)start..((int)end + 1)]);
    }

    private static void SetRange(Session s, byte[][] a)
    {
        var offset = a[2].ToInteger();
        if (offset < 0)
        {
            throw new RedisErrorException("ERR offset is out of range");
        }

        var value = s.Db.Get<StringValue>(a[1]);
        if (a[3].Length == 0)
        {
            s.Reply.Integer(value?.Length ?? 0);
            return;
        }

        CheckLength(s, (ulong)offset + (ulong)a[3].Length);
        value ??= s.Db.GetOrAdd(a[1], () => new StringValue([], StringForm.Built));
        value.Overwrite((int)offset, a[3]);
        s.Db.Changed(a[1]);
        s.Reply.Integer(value.Length);
    }

    private static void Store(Session s, byte[] key, byte[] value, SetOptions options, string command)
    {
        var when = options.ExpiryTime(s.Engine.Now, command);
        var old = options.Get ? s.Db.Get<StringValue>(key) : null;
        if (options.Get)
        {
            ReplyString(s, old);
        }

        var entry = s.Db.Find(key);
        if ((options.IfAbsent && entry is not null) || (options.IfPresent && entry is null))
        {
            if (!options.Get)
            {
                s.Reply.Null();
            }

            return;
        }

        if (entry is not null && options.KeepExpiry)
        {
            entry.Value = new StringValue(value);
            s.Db.Changed(key);
        }
        else
        {
            entry = s.Db.Set(key, new StringValue(value));
        }

        if (when is not null)
        {
            s.Db.SetExpiry(key, entry, when.Value);
        }

        if (!options.Get)
        {
            s.Reply.Ok();
        }
    }

    private static void SetAll(Session s, byte[][] a, string command)
    {
        if (a.Length % 2 == 0)
        {
            throw RedisErrorException.WrongArity(command);
        }

        for (var i = 1; i < a.Length; i += 2)
        {
            s.Db.Set(a[i], new StringValue(a[i + 1]));
        }
    }

    private static void CheckLength(Session s, ulong length)
    {
        if (length > (ulong)s.Engine.MaxBulkLength)
        {
            throw RedisErrorException.TooLong();
        }
    }

    private static void ReplyString(Session s, StringValue? value)
    {
        if (value is null)
        {
            s.Reply.Null();
        }
        else
        {
            s.Reply.Bulk(value.Span);
        }
    }
}
