using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>The parsed arguments of XREAD: which streams, each from which id on.</summary>
internal sealed class StreamReadRequest
{
    private long _count;

    /// <summary>Each stream with the id after which it is read; one stream may be named twice.</summary>
    public List<(byte[] Key, StreamId After)> Streams { get; } = [];

    /// <summary>Milliseconds to wait, 0 for ever; null: do not wait.</summary>
    public long? Timeout { get; private set; }

    public static StreamReadRequest Parse(Session s, byte[][] a)
    {
        var request = new StreamReadRequest();
        var streams = 0;
        for (var i = 1; i < a.Length && streams == 0; i++)
        {
            request.TakeOption(s, a, ref i, ref streams);
        }

        if (streams == 0)
        {
            throw RedisErrorException.Syntax();
        }

        var half = (a.Length - streams) / 2;
        for (var i = streams; i < streams + half; i++)
        {
            request.Streams.Add((a[i], FirstId(s.Db.Get<StreamValue>(a[i]), a[i + half])));
        }

        return request;
    }

    public static bool HasNews(RedisDatabase database, (byte[] Key, StreamId After) stream) =>
        database.Peek(stream.Key)?.Value is StreamValue { Entries: { Count: > 0 } entries } && entries[^1].Id > stream.After;

    /// <summary>Replies a stream that has news.</summary>
    public void Reply(Session s, RedisDatabase database, (byte[] Key, StreamId After) stream)
    {
        var entries = database.Get<StreamValue>(stream.Key)!;
        stream.After.TryNext(out var start);
        var first = entries.IndexOf(start);
        var count = entries.Entries.Count - first;
        count = _count > 0 ? (int)Math.Min(count, _count) : count;
        if (s.Reply.Version == 2)
        {
            s.Reply.Array(2);
        }

        s.Reply.Bulk(stream.Key);
        s.Reply.Array(count);
        for (var i = first; i < first + count; i++)
        {
            StreamCommands.ReplyEntry(s, entries.Entries[i]);
        }
    }

    private void TakeOption(Session s, byte[][] a, ref int i, ref int streams)
    {
        var more = a.Length - 1 - i;
        if (a[i].Is("BLOCK"u8) && more > 0)
        {
            if (!Integers.TryParse(a[++i], out var timeout))
            {
                throw new RedisErrorException("ERR timeout is not an integer or out of range");
            }

            Timeout = Timeouts.Check(s, timeout);
        }
        else if (a[i].Is("COUNT"u8) && more > 0)
        {
            _count = Math.Max(a[++i].ToInteger(), 0);
        }
        else if (a[i].Is("STREAMS"u8) && more > 0)
        {
            streams = i + 1;
            if (more % 2 != 0)
            {
                throw new RedisErrorException("ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.");
            }
        }
        else if (a[i].Is("GROUP"u8) && more >= 2)
        {
            throw new RedisErrorException("ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.");
        }
        else if (a[i].Is("NOACK"u8))
        {
            throw new RedisErrorException("ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.");
        }
        else
        {
            throw RedisErrorException.Syntax();
        }
    }

    private static StreamId FirstId(StreamValue? stream, byte[] text) => text switch
    {
        [(byte)'$'] => stream?.LastId ?? StreamId.Zero,
        [(byte)'>'] => throw new RedisErrorException(
            "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option."),
        _ => StreamIds.Parse(text, 0),
    };
}
