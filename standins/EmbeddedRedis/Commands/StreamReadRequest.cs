using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>The parsed arguments of XREAD: which streams, each from which id on.</summary>
internal sealed class StreamReadRequest
{
    private readonly Dictionary<byte[], StreamId> _after = new(ByteArrayComparer.Instance);
    private long _count;

    public List<byte[]> Keys { get; } = [];

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
            request.Keys.Add(a[i]);
            request._after[a[i]] = FirstId(s.Db.Get<StreamValue>(a[i]), a[i + half]);
        }

        return request;
    }

    public bool HasNews(RedisDatabase database, byte[] key) =>
        database.Peek(key)?.Value is StreamValue { Entries: { Count: > 0 } entries } && entries[^1].Id > _after[key];

    /// <summary>Replies a stream that has news.</summary>
    public void Reply(Session s, RedisDatabase database, byte[] key)
    {
        var stream = database.Get<StreamValue>(key)!;
        _after[key].TryNext(out var start);
        var first = stream.IndexOf(start);
        var count = stream.Entries.Count - first;
        count = _count > 0 ? (int)Math.Min(count, _count) : count;
        if (s.Reply.Version == 2)
        {
            s.Reply.Array(2);
        }

        s.Reply.Bulk(key);
        s.Reply.Array(count);
        for (var i = first; i < first + count; i++)
        {
            StreamCommands.ReplyEntry(s, stream.Entries[i]);
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
