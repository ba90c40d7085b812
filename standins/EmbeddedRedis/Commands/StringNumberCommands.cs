using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;
using static Ccr.Standins.EmbeddedRedis.Commands.CommandFlags;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Strings as numbers.</summary>
internal static class StringNumberCommands
{
    public static readonly CommandSpec[] Table =
    [
        new("incr", 2, Write | DenyOom | Fast, (1, 1, 1), "string", Incr),
        new("decr", 2, Write | DenyOom | Fast, (1, 1, 1), "string", Decr),
        new("incrby", 3, Write | DenyOom | Fast, (1, 1, 1), "string", IncrBy),
        new("decrby", 3, Write | DenyOom | Fast, (1, 1, 1), "string", DecrBy),
        new("incrbyfloat", 3, Write | DenyOom | Fast, (1, 1, 1), "string", IncrByFloat),
    ];

    private static void Incr(Session s, byte[][] a) => Add(s, a[1], 1);

    private static void Decr(Session s, byte[][] a) => Add(s, a[1], -1);

    private static void IncrBy(Session s, byte[][] a) => Add(s, a[1], a[2].ToInteger());

    private static void DecrBy(Session s, byte[][] a)
    {
        var amount = a[2].ToInteger();
        if (amount == long.MinValue)
        {
            throw new RedisErrorException("ERR decrement would overflow");
        }

        Add(s, a[1], -amount);
    }

    private static void IncrByFloat(Session s, byte[][] a)
    {
        var value = s.Db.Get<StringValue>(a[1]);
        var old = default(LongDouble);
        if ((value is not null && !LongDouble.TryParse(value.Span, out old)) || !LongDouble.TryParse(a[2], out var amount))
        {
            throw RedisErrorException.NotFloat();
        }

        var sum = old + amount;
        if (sum.IsInfinite)
        {
            throw new RedisErrorException("ERR increment would produce NaN or Infinity");
        }

        var text = sum.Format();
        Replace(s, a[1], new StringValue(text, StringForm.Computed));
        s.Reply.Bulk(text);
    }

    private static void Add(Session s, byte[] key, long amount)
    {
        var value = s.Db.Get<StringValue>(key);
        var old = 0L;
        if (value is not null && !Integers.TryParse(value.Span, out old))
        {
            throw RedisErrorException.NotInteger();
        }

        if ((amount < 0 && old < long.MinValue - amount) || (amount > 0 && old > long.MaxValue - amount))
        {
            throw new RedisErrorException("ERR increment or decrement would overflow");
        }

        Replace(s, key, new StringValue(Integers.Format(old + amount)));
        s.Reply.Integer(old + amount);
    }

    // The expiry of the key stays.
    private static void Replace(Session s, byte[] key, StringValue value)
    {
        if (s.Db.Find(key) is { } entry)
        {
            entry.Value = value;
            s.Db.Changed(key);
        }
        else
        {
            s.Db.Set(key, value);
        }
    }
}
