using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Server;
using static Ccr.Standins.EmbeddedRedis.Commands.CommandFlags;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Parts of a sorted set by rank, score and member.</summary>
internal static class SortedSetRangeCommands
{
    public static readonly CommandSpec[] Table =
    [
        new("zrange", -4, ReadOnly, (1, 1, 1), "sortedset", ZRange),
        new("zrangestore", -5, Write | DenyOom, (1, 2, 1), "sortedset", ZRangeStore),
        new("zrevrange", -4, ReadOnly, (1, 1, 1), "sortedset", ZRevRange),
        new("zrangebyscore", -4, ReadOnly, (1, 1, 1), "sortedset", ZRangeByScore),
        new("zrevrangebyscore", -4, ReadOnly, (1, 1, 1), "sortedset", ZRevRangeByScore),
        new("zrangebylex", -4, ReadOnly, (1, 1, 1), "sortedset", ZRangeByLex),
        new("zrevrangebylex", -4, ReadOnly, (1, 1, 1), "sortedset", ZRevRangeByLex),
        new("zcount", 4, ReadOnly | Fast, (1, 1, 1), "sortedset", ZCount),
        new("zlexcount", 4, ReadOnly | Fast, (1, 1, 1), "sortedset", ZLexCount),
        new("zrank", 3, ReadOnly | Fast, (1, 1, 1), "sortedset", ZRank),
        new("zrevrank", 3, ReadOnly | Fast, (1, 1, 1), "sortedset", ZRevRank),
        new("zremrangebyrank", 4, Write, (1, 1, 1), "sortedset", ZRemRangeByRank),
        new("zremrangebyscore", 4, Write, (1, 1, 1), "sortedset", ZRemRangeByScore),
        new("zremrangebylex", 4, Write, (1, 1, 1), "sortedset", ZRemRangeByLex),
    ];

    private static void ZRange(Session s, byte[][] a) => Range(s, a, RangeKind.Unset, null);

    private static void ZRevRange(Session s, byte[][] a) => Range(s, a, RangeKind.Rank, true);

    private static void ZRangeByScore(Session s, byte[][] a) => Range(s, a, RangeKind.Score, false);

    private static void ZRevRangeByScore(Session s, byte[][] a) => Range(s, a, RangeKind.Score, true);

    private static void ZRangeByLex(Session s, byte[][] a) => Range(s, a, RangeKind.Lex, false);

    private static void ZRevRangeByLex(Session s, byte[][] a) => Range(s, a, RangeKind.Lex, true);

    private static void ZRangeStore(Session s, byte[][] a)
    {
        var request = SortedSetRangeRequest.Parse(a, 3, RangeKind.Unset, null, store: true);
        var source = s.Db.Get<SortedSetValue>(a[2]);
        var result = new SortedSetValue(s.Engine.Limits);
        foreach (var node in source is null ? [] : request.Select(source))
        {
            result.Set(node.Member, node.Score);
        }

        SortedSetAlgebraCommands.Store(s, a[1], result);
    }

    private static void ZCount(Session s, byte[][] a) => Count(s, a, ScoreRange.Parse(a[2], a[3]));

    private static void ZLexCount(Session s, byte[][] a) => Count(s, a, LexRange.Parse(a[2], a[3]));

    private static void ZRank(Session s, byte[][] a) => Rank(s, a, reverse: false);

    private static void ZRevRank(Session s, byte[][] a) => Rank(s, a, reverse: true);

    private static void ZRemRangeByRank(Session s, byte[][] a)
    {
        var (start, stop) = (a[2].ToInteger(), a[3].ToInteger());
        var set = s.Db.Get<SortedSetValue>(a[1]);
        var (first, count) = Ranks.Resolve(start, stop, set?.Count ?? 0);
        RemoveRange(s, a[1], set, count == 0 ? null : set!.Order.At(first), count);
    }

    private static void ZRemRangeByScore(Session s, byte[][] a) => RemoveRange(s, a[1], ScoreRange.Parse(a[2], a[3]));

    private static void ZRemRangeByLex(Session s, byte[][] a) => RemoveRange(s, a[1], LexRange.Parse(a[2], a[3]));

    private static void Range(Session s, byte[][] a, RangeKind kind, bool? reverse)
    {
        var request = SortedSetRangeRequest.Parse(a, 2, kind, reverse, store: false);
        var set = s.Db.Get<SortedSetValue>(a[1]);
        var nodes = set is null ? [] : request.Select(set).ToList();
        var nested = request.WithScores && s.Reply.Version == 3;
        s.Reply.Array(request.WithScores && !nested ? nodes.Count * 2L : nodes.Count);
        foreach (var node in nodes)
        {
            if (nested)
            {
                s.Reply.Array(2);
            }

            s.Reply.Bulk(node.Member);
            if (request.WithScores)
            {
                s.Reply.Double(node.Score);
            }
        }
    }

    private static void Count(Session s, byte[][] a, ISortedRange range) =>
        s.Reply.Integer(s.Db.Get<SortedSetValue>(a[1]) is { } set ? Span(set, range, out _) : 0);

    private static void Rank(Session s, byte[][] a, bool reverse)
    {
        if (s.Db.Get<SortedSetValue>(a[1]) is { } set && set.Scores.TryGet(a[2], out var score))
        {
            var rank = set.Order.Rank(a[2], score);
            s.Reply.Integer(reverse ? set.Count - 1 - rank : rank);
        }
        else
        {
            s.Reply.Null();
        }
    }

    private static void RemoveRange(Session s, byte[] key, ISortedRange range)
    {
        var set = s.Db.Get<SortedSetValue>(key);
        SkipList.Node? first = null;
        var count = set is null ? 0 : Span(set, range, out first);
        RemoveRange(s, key, set, first, count);
    }

    private static void RemoveRange(Session s, byte[] key, SortedSetValue? set, SkipList.Node? node, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var next = node!.Next;
            set!.Remove(node.Member);
            node = next;
        }

        if (count > 0)
        {
            s.Db.ChangedOrEmptied(key, set!.Count == 0);
        }

        s.Reply.Integer(count);
    }

    private static int Span(SortedSetValue set, ISortedRange range, out SkipList.Node? first)
    {
        var below = set.Order.CountWhile(range.IsBelow, out first);
        return Math.Max(set.Order.CountWhile(node => !range.IsAbove(node), out _) - below, 0);
    }
}
