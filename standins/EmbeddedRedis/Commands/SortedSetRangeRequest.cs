using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>A parsed ZRANGE or one of its older forms.</summary>
internal sealed class SortedSetRangeRequest
{
    private RangeKind _kind;
    private bool? _reverse;
    private long _offset;
    private long _limit = -1;
    private long _start;
    private long _stop;
    private ISortedRange? _range;

    public bool WithScores { get; private set; }

    /// <summary>Parses the bounds at <paramref name="first"/> and the options after them.</summary>
    public static SortedSetRangeRequest Parse(byte[][] a, int first, RangeKind kind, bool? reverse, bool store)
    {
        var request = new SortedSetRangeRequest { _kind = kind, _reverse = reverse };
        for (var i = first + 2; i < a.Length; i++)
        {
            request.TakeOption(a, ref i, store);
        }

        request.Resolve(a[first], a[first + 1]);
        return request;
    }

    /// <summary>The nodes of the range, in order, limited.</summary>
    public IEnumerable<SkipList.Node> Select(SortedSetValue set)
    {
        var reverse = _reverse == true;
        return _range is null ? ByRank(set, reverse) : ByRange(set, _range, reverse);
    }

    private void TakeOption(byte[][] a, ref int i, bool store)
    {
        if (!store && a[i].Is("WITHSCORES"u8))
        {
            WithScores = true;
        }
        else if (a[i].Is("LIMIT"u8) && i + 2 < a.Length)
        {
            _offset = a[++i].ToInteger();
            _limit = a[++i].ToInteger();
        }
        else if (_reverse is null && a[i].Is("REV"u8))
        {
            _reverse = true;
        }
        else if (_kind == RangeKind.Unset && a[i].Is("BYLEX"u8))
        {
            _kind = RangeKind.Lex;
        }
        else if (_kind == RangeKind.Unset && a[i].Is("BYSCORE"u8))
        {
            _kind = RangeKind.Score;
        }
        else
        {
            throw RedisErrorException.Syntax();
        }
    }

    private void Resolve(byte[] first, byte[] second)
    {
        if (_limit != -1 && _kind is not (RangeKind.Score or RangeKind.Lex))
        {
            throw new RedisErrorException("ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX");
        }

        if (WithScores && _kind == RangeKind.Lex)
        {
            throw new RedisErrorException("ERR syntax error, WITHSCORES not supported in combination with BYLEX");
        }

        var (low, high) = _reverse == true ? (second, first) : (first, second);
        switch (_kind)
        {
            case RangeKind.Score:
                _range = ScoreRange.Parse(low, high);
                break;
            case RangeKind.Lex:
                _range = LexRange.Parse(low, high);
                break;
            default:
                _start = first.ToInteger();
                _stop = second.ToInteger();
                break;
        }
    }

    private IEnumerable<SkipList.Node> ByRank(SortedSetValue set, bool reverse)
    {
        var (start, count) = Ranks.Resolve(_start, _stop, set.Count);
        var node = count == 0 ? null : set.Order.At(reverse ? set.Count - 1 - start : start);
        for (; count > 0 && node is not null; count--)
        {
            yield return node;
            node = reverse ? node.Previous : node.Next;
        }
    }

    private IEnumerable<SkipList.Node> ByRange(SortedSetValue set, ISortedRange range, bool reverse)
    {
        var order = set.Order;
        SkipList.Node? node;
        if (reverse)
        {
            order.CountWhile(n => !range.IsAbove(n), out var after);
            node = after is null ? order.Last : after.Previous;
        }
        else
        {
            order.CountWhile(range.IsBelow, out node);
        }

        var (skip, left) = (_offset < 0 ? long.MaxValue : _offset, _limit < 0 ? long.MaxValue : _limit);
        while (node is not null && left > 0 && !(reverse ? range.IsBelow(node) : range.IsAbove(node)))
        {
            if (skip > 0)
            {
                skip--;
            }
            else
            {
                yield return node;
                left--;
            }

            node = reverse ? node.Previous : node.Next;
        }
    }
}
