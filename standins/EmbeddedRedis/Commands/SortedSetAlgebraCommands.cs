using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;
using static Ccr.Standins.EmbeddedRedis.Commands.CommandFlags;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Unions, intersections and differences of sorted sets; plain sets take part with scores of 1.</summary>
internal static class SortedSetAlgebraCommands
{
    public static readonly CommandSpec[] Table =
    [
        new("zunion", -3, ReadOnly | MovableKeys, (0, 0, 0), "sortedset", ZUnion),
        new("zunionstore", -4, Write | DenyOom | MovableKeys, (1, 1, 1), "sortedset", ZUnionStore),
        new("zinter", -3, ReadOnly | MovableKeys, (0, 0, 0), "sortedset", ZInter),
        new("zinterstore", -4, Write | DenyOom | MovableKeys, (1, 1, 1), "sortedset", ZInterStore),
        new("zdiff", -3, ReadOnly | MovableKeys, (0, 0, 0), "sortedset", ZDiff),
        new("zdiffstore", -4, Write | DenyOom | MovableKeys, (1, 1, 1), "sortedset", ZDiffStore),
    ];

    private static void ZUnion(Session s, byte[][] a) => Reply(s, SortedSetAlgebraRequest.Parse(s, a, 1, "zunion", weighted: true, store: false), Union);

    private static void ZInter(Session s, byte[][] a) => Reply(s, SortedSetAlgebraRequest.Parse(s, a, 1, "zinter", weighted: true, store: false), Intersection);

    private static void ZDiff(Session s, byte[][] a) => Reply(s, SortedSetAlgebraRequest.Parse(s, a, 1, "zdiff", weighted: false, store: false), Difference);

    private static void ZUnionStore(Session s, byte[][] a) =>
        Store(s, a[1], Union(s, SortedSetAlgebraRequest.Parse(s, a, 2, "zunionstore", weighted: true, store: true)));

    private static void ZInterStore(Session s, byte[][] a) =>
        Store(s, a[1], Intersection(s, SortedSetAlgebraRequest.Parse(s, a, 2, "zinterstore", weighted: true, store: true)));

    private static void ZDiffStore(Session s, byte[][] a) =>
        Store(s, a[1], Difference(s, SortedSetAlgebraRequest.Parse(s, a, 2, "zdiffstore", weighted: false, store: true)));

    /// <summary>Stores a result, or removes the key when it is empty, and replies its size.</summary>
    public static void Store(Session s, byte[] key, SortedSetValue result)
    {
        if (result.Count == 0)
        {
            s.Db.Remove(key);
        }
        else
        {
            s.Db.Set(key, result);
        }

        s.Reply.Integer(result.Count);
    }

    private static SortedSetValue Union(Session s, SortedSetAlgebraRequest request)
    {
        // Redis adds up from the smallest set on, which decides how sums are rounded.
        var scores = new IndexedMap<double>();
        foreach (var source in request.Sources.OrderBy(source => source.Count))
        {
            foreach (var (member, score) in source.Weighted())
            {
                scores.Set(member, scores.TryGet(member, out var old) ? request.Aggregate(old, score) : score);
            }
        }

        return Collect(s, scores.Entries);
    }

    private static SortedSetValue Intersection(Session s, SortedSetAlgebraRequest request)
    {
        var sources = request.Sources.OrderBy(source => source.Count).ToList();
        var scores = new IndexedMap<double>();
        foreach (var (member, first) in sources[0].Weighted())
        {
            double? score = first;
            foreach (var source in sources.Skip(1))
            {
                score = score is { } sum && source.Find(member) is { } next ? request.Aggregate(sum, next) : null;
            }

            if (score is { } result)
            {
                scores.Set(member, result);
            }
        }

        return Collect(s, scores.Entries);
    }

    private static SortedSetValue Difference(Session s, SortedSetAlgebraRequest request)
    {
        var scores = new IndexedMap<double>();
        foreach (var (member, score) in request.Sources[0].Weighted())
        {
            if (request.Sources.Skip(1).All(source => source.Find(member) is null))
            {
                scores.Set(member, score);
            }
        }

        return Collect(s, scores.Entries);
    }

    private static SortedSetValue Collect(Session s, ReadOnlySpan<KeyValuePair<byte[], double>> scores)
    {
        var result = new SortedSetValue(s.Engine.Limits);
        foreach (var (member, score) in scores)
        {
            result.Set(member, score);
        }

        return result;
    }

    private static void Reply(Session s, SortedSetAlgebraRequest request, Func<Session, SortedSetAlgebraRequest, SortedSetValue> combine)
    {
        var result = combine(s, request);
        var nested = request.WithScores && s.Reply.Version == 3;
        s.Reply.Array(request.WithScores && !nested ? result.Count * 2L : result.Count);
        for (var node = result.Order.First; node is not null; node = node.Next)
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
}
