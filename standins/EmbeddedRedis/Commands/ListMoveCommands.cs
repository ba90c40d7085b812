using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;
using static Ccr.Standins.EmbeddedRedis.Commands.CommandFlags;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Moving items between lists, and waiting for them.</summary>
internal static class ListMoveCommands
{
    public static readonly CommandSpec[] Table =
    [
        new("lmove", 5, Write | DenyOom, (1, 2, 1), "list", LMove),
        new("rpoplpush", 3, Write | DenyOom, (1, 2, 1), "list", RPopLPush),
        new("blpop", -3, Write | NoScript | Blocking, (1, -2, 1), "list", BLPop),
        new("brpop", -3, Write | NoScript | Blocking, (1, -2, 1), "list", BRPop),
    ];

    private static void LMove(Session s, byte[][] a) => Move(s, a[1], a[2], IsLeft(a[3]), IsLeft(a[4]));

    private static void RPopLPush(Session s, byte[][] a) => Move(s, a[1], a[2], fromLeft: false, toLeft: true);

    private static void BLPop(Session s, byte[][] a) => BlockingPop(s, a, left: true);

    private static void BRPop(Session s, byte[][] a) => BlockingPop(s, a, left: false);

    private static bool IsLeft(byte[] side) => side.Is("LEFT"u8) || (side.Is("RIGHT"u8) ? false : throw RedisErrorException.Syntax());

    private static void Move(Session s, byte[] from, byte[] to, bool fromLeft, bool toLeft)
    {
        if (s.Db.Get<ListValue>(from) is not { } source)
        {
            s.Reply.Null();
            return;
        }

        var target = s.Db.GetOrAdd(to, () => new ListValue());
        var item = fromLeft ? source.Items.RemoveFirst() : source.Items.RemoveLast();
        if (toLeft)
        {
            target.Items.AddFirst(item);
        }
        else
        {
            target.Items.AddLast(item);
        }

        s.Reply.Bulk(item);
        s.Db.Changed(to);
        s.Db.ChangedOrEmptied(from, source.Items.Count == 0);
    }

    private static void BlockingPop(Session s, byte[][] a, bool left)
    {
        var timeout = ParseTimeout(s, a[^1]);
        var keys = a[1..^1];
        foreach (var key in keys)
        {
            if (s.Db.Get<ListValue>(key) is not null)
            {
                TryPop(s, s.Db, key, left);
                return;
            }
        }

        var database = s.Db;
        s.Engine.Block(s, keys, timeout, key => database.Peek(key)?.Value is ListValue && TryPop(s, database, key, left));
    }

    private static bool TryPop(Session s, RedisDatabase database, byte[] key, bool left)
    {
        var items = database.Get<ListValue>(key)!.Items;
        s.Reply.Array(2);
        s.Reply.Bulk(key);
        s.Reply.Bulk(left ? items.RemoveFirst() : items.RemoveLast());
        database.ChangedOrEmptied(key, items.Count == 0);
        return true;
    }

    // Seconds with a fraction; the result is milliseconds, rounded up.
    private static long ParseTimeout(Session s, byte[] text)
    {
        if (!LongDouble.TryParse(text, out _) || !Doubles.TryParse(text, out var seconds, clampToRange: true))
        {
            throw new RedisErrorException("ERR timeout is not a float or out of range");
        }

        // Past 64 bits Redis sees a negative number.
        var milliseconds = Math.Ceiling(seconds * 1000);
        return Timeouts.Check(s, milliseconds < long.MaxValue ? (long)milliseconds : -1);
    }
}
