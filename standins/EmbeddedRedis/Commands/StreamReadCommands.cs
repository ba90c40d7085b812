using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;
using static Ccr.Standins.EmbeddedRedis.Commands.CommandFlags;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Reading streams.</summary>
internal static class StreamReadCommands
{
    public static readonly CommandSpec[] Table =
    [
        new("xrange", -4, ReadOnly, (1, 1, 1), "stream", XRange),
        new("xrevrange", -4, ReadOnly, (1, 1, 1), "stream", XRevRange),
        new("xread", -4, ReadOnly | Blocking | MovableKeys, (0, 0, 0), "stream", XRead),
    ];

    private static void XRange(Session s, byte[][] a) => Range(s, a, a[2], a[3], reverse: false);

    private static void XRevRange(Session s, byte[][] a) => Range(s, a, a[3], a[2], reverse: true);

    private static void XRead(Session s, byte[][] a)
    {
        var request = StreamReadRequest.Parse(s, a);
        var ready = request.Streams.Where(stream => StreamReadRequest.HasNews(s.Db, stream)).ToList();
        if (ready.Count > 0)
        {
            ReplyHeader(s, ready.Count);
            ready.ForEach(stream => request.Reply(s, s.Db, stream));
        }
        else if (request.Timeout is { } timeout)
        {
            var database = s.Db;
            s.Engine.Block(s, request.Streams.ConvertAll(stream => stream.Key), timeout, key =>
            {
                var stream = request.Streams.Find(candidate => ByteArrayComparer.Instance.Equals(candidate.Key, key));
                var news = StreamReadRequest.HasNews(database, stream);
                if (news)
                {
                    ReplyHeader(s, 1);
                    request.Reply(s, database, stream);
                }

                return news;
            });
        }
        else
        {
            s.Reply.NullArray();
        }
    }

    // RESP3 has a map of key to entries, RESP2 an array of pairs.
    private static void ReplyHeader(Session s, int streams)
    {
        if (s.Reply.Version == 3)
        {
            s.Reply.Map(streams);
        }
        else
        {
            s.Reply.Array(streams);
        }
    }

    private static void Range(Session s, byte[][] a, byte[] from, byte[] to, bool reverse)
    {
        var start = StreamIds.ParseStart(from);
        var end = StreamIds.ParseEnd(to);
        long? limit = null;
        for (var i = 4; i < a.Length; i += 2)
        {
            if (!a[i].Is("COUNT"u8) || i + 1 == a.Length)
            {
                throw RedisErrorException.Syntax();
            }

            limit = Math.Max(a[i + 1].ToInteger(), 0);
        }

        if (s.Db.Get<StreamValue>(a[1]) is not { } stream)
        {
            s.Reply.Array(0);
            return;
        }

        if (limit == 0)
        {
            s.Reply.NullArray();
            return;
        }

        var first = stream.IndexOf(start);
        var after = end.TryNext(out var next) ? stream.IndexOf(next) : stream.Entries.Count;
        var count = (int)Math.Min(Math.Max(after - first, 0), limit ?? long.MaxValue);
        s.Reply.Array(count);
        for (var i = 0; i < count; i++)
        {
            StreamCommands.ReplyEntry(s, stream.Entries[reverse ? after - 1 - i : first + i]);
        }
    }
}
