using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;
using static Ccr.Standins.EmbeddedRedis.Commands.CommandFlags;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Writing streams, and what is known of them.</summary>
internal static class StreamCommands
{
    public static readonly CommandSpec[] Table =
    [
        new("xadd", -5, Write | DenyOom | Fast, (1, 1, 1), "stream", XAdd),
        new("xlen", 2, ReadOnly | Fast, (1, 1, 1), "stream", XLen),
        new("xdel", -3, Write | Fast, (1, 1, 1), "stream", XDel),
        new("xtrim", -4, Write, (1, 1, 1), "stream", XTrim),
        new("xinfo", -2, None, (0, 0, 0), "", CommandSpec.NeedsSubcommand)
        {
            Subcommands =
            [
                new("xinfo|stream", -3, ReadOnly, (2, 2, 1), "stream", XInfoStream),
            ],
        },
    ];

    private static void XAdd(Session s, byte[][] a)
    {
        var trim = StreamTrim.Parse(a, forAdd: true, out var position);
        var automatic = position < a.Length && a[position] is [(byte)'*'];
        var partial = false;
        var given = StreamId.Zero;
        if (position < a.Length && !automatic)
        {
            partial = StreamIds.IsPartial(a[position], out var milliseconds);
            given = partial ? new StreamId(milliseconds, 0) : StreamIds.Parse(a[position], 0);
        }

        trim.Check(forAdd: true);
        var fields = a.Length - position - 1;
        if (fields < 2 || fields % 2 != 0)
        {
            throw RedisErrorException.WrongArity("xadd");
        }

        if (!automatic && !partial && given == StreamId.Zero)
        {
            throw new RedisErrorException("ERR The ID specified in XADD must be greater than 0-0");
        }

        var stream = s.Db.Get<StreamValue>(a[1]);
        if (stream is null && trim.NoMakeStream)
        {
            s.Reply.Null();
            return;
        }

        var last = stream?.LastId ?? StreamId.Zero;
        if (last == StreamId.Max)
        {
            throw new RedisErrorException("ERR The stream has exhausted the last possible ID, unable to add more items");
        }

        var id = automatic ? NextId(last, (ulong)s.Engine.Now) : partial ? Complete(last, given) : given;
        if (id <= last)
        {
            throw new RedisErrorException("ERR The ID specified in XADD is equal or smaller than the target stream top item");
        }

        stream ??= s.Db.GetOrAdd(a[1], () => new StreamValue());
        stream.Add(new StreamEntry(id, a[(position + 1)..]));
        s.Reply.Bulk(id.ToBytes());
        trim.Apply(stream);
        s.Db.Changed(a[1]);
    }

    private static void XLen(Session s, byte[][] a) => s.Reply.Integer(s.Db.Get<StreamValue>(a[1])?.Entries.Count ?? 0);

    private static void XDel(Session s, byte[][] a)
    {
        if (s.Db.Get<StreamValue>(a[1]) is not { } stream)
        {
            s.Reply.Integer(0);
            return;
        }

        var ids = a[2..].Select(text => StreamIds.Parse(text, 0)).ToList();
        var removed = ids.Count(stream.Remove);
        if (removed > 0)
        {
            s.Db.Changed(a[1]);
        }

        s.Reply.Integer(removed);
    }

    private static void XTrim(Session s, byte[][] a)
    {
        var trim = StreamTrim.Parse(a, forAdd: false, out _);
        trim.Check(forAdd: false);
        var removed = s.Db.Get<StreamValue>(a[1]) is { } stream ? trim.Apply(stream) : 0;
        if (removed > 0)
        {
            s.Db.Changed(a[1]);
        }

        s.Reply.Integer(removed);
    }

    private static void XInfoStream(Session s, byte[][] a)
    {
        var stream = s.Db.Get<StreamValue>(a[2]) ?? throw RedisErrorException.NoSuchKey();
        if (a.Length > 3)
        {
            throw new RedisErrorException($"ERR unknown subcommand or wrong number of arguments for '{a[1].Text()}'. Try XINFO HELP.");
        }

        var entries = stream.Entries;
        s.Reply.Map(10);
        s.Reply.Bulk("length");
        s.Reply.Integer(entries.Count);

        // Redis tells how its index is built; this server's is one array, which looks like an index of one key.
        s.Reply.Bulk("radix-tree-keys");
        s.Reply.Integer(entries.Count > 0 ? 1 : 0);
        s.Reply.Bulk("radix-tree-nodes");
        s.Reply.Integer(entries.Count > 0 ? 2 : 1);
        s.Reply.Bulk("last-generated-id");
        s.Reply.Bulk(stream.LastId.ToBytes());
        s.Reply.Bulk("max-deleted-entry-id");
        s.Reply.Bulk(stream.MaxDeletedId.ToBytes());
        s.Reply.Bulk("entries-added");
        s.Reply.Integer(stream.Added);
        s.Reply.Bulk("recorded-first-entry-id");
        s.Reply.Bulk((entries.Count > 0 ? entries[0].Id : StreamId.Zero).ToBytes());
        s.Reply.Bulk("groups");
        s.Reply.Integer(0);
        s.Reply.Bulk("first-entry");
        ReplyEntry(s, entries.Count > 0 ? entries[0] : null);
        s.Reply.Bulk("last-entry");
        ReplyEntry(s, entries.Count > 0 ? entries[^1] : null);
    }

    internal static void ReplyEntry(Session s, StreamEntry? entry)
    {
        if (entry is null)
        {
            s.Reply.Null();
            return;
        }

        s.Reply.Array(2);
        s.Reply.Bulk(entry.Id.ToBytes());
        s.Reply.BulkArray(entry.FieldsAndValues);
    }

    private static StreamId NextId(StreamId last, ulong now)
    {
        if (now > last.Milliseconds)
        {
            return new StreamId(now, 0);
        }

        last.TryNext(out var next);
        return next;
    }

    private static StreamId Complete(StreamId last, StreamId given) =>
        given.Milliseconds != last.Milliseconds ? given
        : last.Sequence == ulong.MaxValue ? throw new RedisErrorException("ERR Elements are too large to be stored")
        : new StreamId(last.Milliseconds, last.Sequence + 1);
}
