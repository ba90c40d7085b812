using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>
/// The options of XTRIM, which XADD shares. With "~" Redis may keep more than asked, as much as its nodes hold; this server has no
/// nodes and trims exactly, which "~" allows.
/// </summary>
internal sealed class StreamTrim
{
    private const long DefaultLimit = 10_000;
    private long? _length;
    private StreamId? _minId;
    private bool _approximate;
    private long? _limit;

    /// <summary>XADD: do not make a stream.</summary>
    public bool NoMakeStream { get; private set; }

    /// <summary>Reads the options from the third argument on; <paramref name="next"/> is the first that is none (for XADD, the id).</summary>
    public static StreamTrim Parse(byte[][] a, bool forAdd, out int next)
    {
        var trim = new StreamTrim();
        for (next = 2; next < a.Length; next++)
        {
            if (forAdd && a[next] is [(byte)'*'])
            {
                break;
            }

            if (trim.TryTake(a, ref next, forAdd))
            {
                continue;
            }

            if (forAdd)
            {
                break;
            }

            throw RedisErrorException.Syntax();
        }

        return trim;
    }

    /// <summary>Checks how the options go together, after those of XADD have been read up to the id.</summary>
    public void Check(bool forAdd)
    {
        var none = _length is null && _minId is null;
        if (_limit > 0 && none)
        {
            throw new RedisErrorException("ERR syntax error, LIMIT cannot be used without specifying a trimming strategy");
        }

        if (!forAdd && none)
        {
            throw new RedisErrorException("ERR syntax error, XTRIM must be called with a trimming strategy");
        }

        if (_limit is not null && !_approximate)
        {
            throw new RedisErrorException("ERR syntax error, LIMIT cannot be used without the special ~ option");
        }
    }

    /// <summary>Trims and returns how many entries went.</summary>
    public long Apply(StreamValue stream)
    {
        var limit = !_approximate || _limit == 0 ? long.MaxValue : _limit ?? DefaultLimit;
        return _length is { } length ? stream.TrimToLength(length, limit)
            : _minId is { } minId ? stream.TrimBelow(minId, limit)
            : 0;
    }

    private bool TryTake(byte[][] a, ref int i, bool forAdd)
    {
        var more = a.Length - 1 - i;
        if (a[i].Is("MAXLEN"u8) && more > 0)
        {
            TakeStrategy(a, ref i);
            _length = a[i].ToInteger();
            if (_length < 0)
            {
                throw new RedisErrorException("ERR The MAXLEN argument must be >= 0.");
            }
        }
        else if (a[i].Is("MINID"u8) && more > 0)
        {
            TakeStrategy(a, ref i);
            _minId = StreamIds.Parse(a[i], 0);
        }
        else if (a[i].Is("LIMIT"u8) && more > 0)
        {
            _limit = a[++i].ToInteger();
            if (_limit < 0)
            {
                throw new RedisErrorException("ERR The LIMIT argument must be >= 0.");
            }
        }
        else if (forAdd && a[i].Is("NOMKSTREAM"u8))
        {
            NoMakeStream = true;
        }
        else
        {
            return false;
        }

        return true;
    }

    private void TakeStrategy(byte[][] a, ref int i)
    {
        if (_length is not null || _minId is not null)
        {
            throw new RedisErrorException("ERR syntax error, MAXLEN and MINID options at the same time are not compatible");
        }

        if (a.Length - 1 - i >= 2 && a[i + 1] is [(byte)'~' or (byte)'='])
        {
            _approximate = a[++i][0] == '~';
        }

        i++;
    }
}
