using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;
using static Ccr.Standins.EmbeddedRedis.Commands.CommandFlags;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>One list at a time.</summary>
internal static class ListCommands
{
    public static readonly CommandSpec[] Table =
    [
        new("lpush", -3, Write | DenyOom | Fast, (1, 1, 1), "list", LPush),
        new("rpush", -3, Write | DenyOom | Fast, (1, 1, 1), "list", RPush),
        new("lpushx", -3, Write | DenyOom | Fast, (1, 1, 1), "list", LPushX),
        new("rpushx", -3, Write | DenyOom | Fast, (1, 1, 1), "list", RPushX),
        new("lpop", -2, Write | Fast, (1, 1, 1), "list", LPop),
        new("rpop", -2, Write | Fast, (1, 1, 1), "list", RPop),
        new("llen", 2, ReadOnly | Fast, (1, 1, 1), "list", LLen),
        new("lrange", 4, ReadOnly, (1, 1, 1), "list", LRange),
        new("lindex", 3, ReadOnly, (1, 1, 1), "list", LIndex),
        new("lset", 4, Write | DenyOom, (1, 1, 1), "list", LSet),
        new("ltrim", 4, Write, (1, 1, 1), "list", LTrim),
        new("lrem", 4, Write, (1, 1, 1), "list", LRem),
        new("linsert", 5, Write | DenyOom, (1, 1, 1), "list", LInsert),
        new("lpos", -3, ReadOnly, (1, 1, 1), "list", LPos),
    ];

    private static void LPush(Session s, byte[][] a) => Push(s, a, left: true, create: true);

    private static void RPush(Session s, byte[][] a) => Push(s, a, left: false, create: true);

    private static void LPushX(Session s, byte[][] a) => Push(s, a, left: true, create: false);

    private static void RPushX(Session s, byte[][] a) => Push(s, a, left: false, create: false);

    private static void LPop(Session s, byte[][] a) => Pop(s, a, left: true, "lpop");

    private static void RPop(Session s, byte[][] a) => Pop(s, a, left: false, "rpop");

    private static void LLen(Session s, byte[][] a) => s.Reply.Integer(s.Db.Get<ListValue>(a[1])?.Items.Count ?? 0);

    private static void LRange(Session s, byte[][] a)
    {
        var (start, stop) = (a[2].ToInteger(), a[3].ToInteger());
        var items = s.Db.Get<ListValue>(a[1])?.Items;
        var (first, count) = Ranks.Resolve(start, stop, items?.Count ?? 0);
        s.Reply.Array(count);
        for (var i = first; i < first + count; i++)
        {
            s.Reply.Bulk(items![i]);
        }
    }

    private static void LIndex(Session s, byte[][] a)
    {
        if (s.Db.Get<ListValue>(a[1]) is not { } list)
        {
            s.Reply.Null();
            return;
        }

        var index = Position(a[2].ToInteger(), list);
        s.Reply.BulkOrNull(index is null ? null : list.Items[index.Value]);
    }

    private static void LSet(Session s, byte[][] a)
    {
        var list = s.Db.Get<ListValue>(a[1]) ?? throw RedisErrorException.NoSuchKey();
        var index = Position(a[2].ToInteger(), list) ?? throw new RedisErrorException("ERR index out of range");
        list.Items[index] = a[3];
        s.Db.Changed(a[1]);
        s.Reply.Ok();
    }

    private static void LTrim(Session s, byte[][] a)
    {
        var (start, stop) = (a[2].ToInteger(), a[3].ToInteger());
        if (s.Db.Get<ListValue>(a[1]) is { Items: var items })
        {
            var (first, count) = Ranks.Resolve(start, stop, items.Count);
            for (var last = items.Count - first - count; last > 0; last--)
            {
                items.RemoveLast();
            }

            while (items.Count > count)
            {
                items.RemoveFirst();
            }

            s.Db.ChangedOrEmptied(a[1], items.Count == 0);
        }

        s.Reply.Ok();
    }

    private static void LRem(Session s, byte[][] a)
    {
        var count = a[2].ToInteger();
        var items = s.Db.Get<ListValue>(a[1])?.Items;
        var left = count is 0 or long.MinValue ? long.MaxValue : Math.Abs(count);

        // A negative count removes the last matches: those before them are passed over.
        var skip = count < 0 && items is not null ? items.CountWhere(IsMatch) - left : 0;
        var removed = items?.RemoveWhere(item => IsMatch(item) && skip-- <= 0 && left-- > 0) ?? 0;
        if (removed > 0)
        {
            s.Db.ChangedOrEmptied(a[1], items!.Count == 0);
        }

        s.Reply.Integer(removed);

        bool IsMatch(byte[] item) => item.AsSpan().SequenceEqual(a[3]);
    }

    private static void LInsert(Session s, byte[][] a)
    {
        var after = a[2].Is("AFTER"u8);
        if (!after && !a[2].Is("BEFORE"u8))
        {
            throw RedisErrorException.Syntax();
        }

        if (s.Db.Get<ListValue>(a[1])?.Items is not { } items)
        {
            s.Reply.Integer(0);
            return;
        }

        for (var i = 0; i < items.Count; i++)
        {
            if (items[i].AsSpan().SequenceEqual(a[3]))
            {
                items.Insert(after ? i + 1 : i, a[4]);
                s.Db.Changed(a[1]);
                s.Reply.Integer(items.Count);
                return;
            }
        }

        s.Reply.Integer(-1);
    }

    private static void LPos(Session s, byte[][] a)
    {
        var options = ListSearch.Parse(a);
        var items = s.Db.Get<ListValue>(a[1])?.Items;
        var found = items is null ? [] : options.Find(items, a[2]);
        if (options.Count is not null)
        {
            s.Reply.Array(found.Count);
            found.ForEach(index => s.Reply.Integer(index));
        }
        else if (found.Count == 0)
        {
            s.Reply.Null();
        }
        else
        {
            s.Reply.Integer(found[0]);
        }
    }

    private static void Push(Session s, byte[][] a, bool left, bool create)
    {
        var list = create ? s.Db.GetOrAdd(a[1], () => new ListValue()) : s.Db.Get<ListValue>(a[1]);
        if (list is null)
        {
            s.Reply.Integer(0);
            return;
        }

        foreach (var item in a.AsSpan(2))
        {
            if (left)
            {
                list.Items.AddFirst(item);
            }
            else
            {
                list.Items.AddLast(item);
            }
        }

        s.Reply.Integer(list.Items.Count);
        s.Db.Changed(a[1]);
    }

    private static void Pop(Session s, byte[][] a, bool left, string command)
    {
        if (a.Length > 3)
        {
            throw RedisErrorException.WrongArity(command);
        }

        var count = a.Length == 3 ? a[2].ToCount() : 1;
        var items = s.Db.Get<ListValue>(a[1])?.Items;
        if (a.Length == 3)
        {
            if (items is null)
            {
                s.Reply.NullArray();
                return;
            }

            count = Math.Min(count, items.Count);
            s.Reply.Array(count);
        }
        else if (items is null)
        {
            s.Reply.Null();
            return;
        }

        for (var i = 0L; i < count; i++)
        {
            s.Reply.Bulk(left ? items.RemoveFirst() : items.RemoveLast());
        }

        if (count > 0)
        {
            s.Db.ChangedOrEmptied(a[1], items.Count == 0);
        }
    }

    private static int? Position(long index, ListValue list)
    {
        index = index < 0 ? index + list.Items.Count : index;
        return index >= 0 && index < list.Items.Count ? (int)index : null;
    }
}
