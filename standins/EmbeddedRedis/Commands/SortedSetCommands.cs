using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;
using static Ccr.Standins.EmbeddedRedis.Commands.CommandFlags;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Members of one sorted set and their scores.</summary>
internal static class SortedSetCommands
{
    public static readonly CommandSpec[] Table =
    [
        new("zadd", -4, Write | DenyOom | Fast, (1, 1, 1), "sortedset", ZAdd),
        new("zincrby", 4, Write | DenyOom | Fast, (1, 1, 1), "sortedset", ZIncrBy),
        new("zscore", 3, ReadOnly | Fast, (1, 1, 1), "sortedset", ZScore),
        new("zmscore", -3, ReadOnly | Fast, (1, 1, 1), "sortedset", ZMScore),
        new("zcard", 2, ReadOnly | Fast, (1, 1, 1), "sortedset", ZCard),
        new("zrem", -3, Write | Fast, (1, 1, 1), "sortedset", ZRem),
        new("zpopmin", -2, Write | Fast, (1, 1, 1), "sortedset", ZPopMin),
        new("zpopmax", -2, Write | Fast, (1, 1, 1), "sortedset", ZPopMax),
        new("zrandmember", -2, ReadOnly, (1, 1, 1), "sortedset", ZRandMember),
    ];

    private static void ZAdd(Session s, byte[][] a)
    {
        var options = SortedSetAddOptions.Parse(a, out var start);
        Add(s, a, start, options);
    }

    private static void ZIncrBy(Session s, byte[][] a) => Add(s, a, 2, SortedSetAddOptions.Increment);

    private static void ZScore(Session s, byte[][] a) => ReplyScore(s, s.Db.Get<SortedSetValue>(a[1]), a[2]);

    private static void ZMScore(Session s, byte[][] a)
    {
        var set = s.Db.Get<SortedSetValue>(a[1]);
        s.Reply.Array(a.Length - 2);
        foreach (var member in a.AsSpan(2))
        {
            ReplyScore(s, set, member);
        }
    }

    private static void ZCard(Session s, byte[][] a) => s.Reply.Integer(s.Db.Get<SortedSetValue>(a[1])?.Count ?? 0);

    private static void ZRem(Session s, byte[][] a)
    {
        var removed = 0;
        if (s.Db.Get<SortedSetValue>(a[1]) is { } set)
        {
            foreach (var member in a.AsSpan(2))
            {
                removed += set.Remove(member) ? 1 : 0;
            }

            if (removed > 0)
            {
                s.Db.ChangedOrEmptied(a[1], set.Count == 0);
            }
        }

        s.Reply.Integer(removed);
    }

    private static void ZPopMin(Session s, byte[][] a) => Pop(s, a, greatest: false);

    private static void ZPopMax(Session s, byte[][] a) => Pop(s, a, greatest: true);

    private static void ZRandMember(Session s, byte[][] a)
    {
        if (a.Length == 2)
        {
            s.Reply.BulkOrNull(s.Db.Get<SortedSetValue>(a[1]) is { } one ? one.Scores[Random.Shared.Next(one.Count)].Key : null);
            return;
        }

        var request = RandomRequest.Parse(a, "WITHSCORES"u8);
        var set = s.Db.Get<SortedSetValue>(a[1]);
        var picks = request.Pick(set?.Count ?? 0);
        request.ReplyHeader(s, picks.Length);
        foreach (var pick in picks)
        {
            var (member, score) = set!.Scores[pick];
            request.ReplyPairHeader(s);
            s.Reply.Bulk(member);
            if (request.WithValues)
            {
                s.Reply.Double(score);
            }
        }
    }

    private static void Add(Session s, byte[][] a, int start, SortedSetAddOptions options)
    {
        var scores = new double[(a.Length - start) / 2];
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = a[start + (2 * i)].ToDouble();
        }

        var set = s.Db.Get<SortedSetValue>(a[1]);
        int added = 0, changed = 0;
        double? result = null;
        if (set is null && options.OnlyExisting)
        {
            Reply();
            return;
        }

        var target = set ?? new SortedSetValue(s.Engine.Limits);
        for (var i = 0; i < scores.Length; i++)
        {
            var member = a[start + (2 * i) + 1];
            double? old = target.Scores.TryGet(member, out var present) ? present : null;
            if (options.Apply(old, scores[i]) is not { } score)
            {
                continue;
            }

            if (double.IsNaN(score))
            {
                throw new RedisErrorException("ERR resulting score is not a number (NaN)");
            }

            added += old is null ? 1 : 0;
            changed += old is null || !old.Value.Equals(score) ? 1 : 0;
            target.Set(member, score);
            result = score;
        }

        if (set is null && target.Count > 0)
        {
            s.Db.Set(a[1], target);
        }
        else if (changed > 0)
        {
            s.Db.Changed(a[1]);
        }

        Reply();

        void Reply()
        {
            if (!options.Incrementing)
            {
                s.Reply.Integer(options.CountChanged ? changed : added);
            }
            else if (result is { } score)
            {
                s.Reply.Double(score);
            }
            else
            {
                s.Reply.Null();
            }
        }
    }

    private static void Pop(Session s, byte[][] a, bool greatest)
    {
        if (a.Length > 3)
        {
            throw RedisErrorException.Syntax();
        }

        var count = a.Length == 3 ? a[2].ToCount() : 1;
        var set = s.Db.Get<SortedSetValue>(a[1]);
        count = Math.Min(count, set?.Count ?? 0);
        var nested = s.Reply.Version == 3 && a.Length == 3;
        s.Reply.Array(nested ? count : count * 2);
        for (var i = 0; i < count; i++)
        {
            var node = (greatest ? set!.Order.Last : set!.Order.First)!;
            if (nested)
            {
                s.Reply.Array(2);
            }

            s.Reply.Bulk(node.Member);
            s.Reply.Double(node.Score);
            set.Remove(node.Member);
        }

        if (count > 0)
        {
            s.Db.ChangedOrEmptied(a[1], set!.Count == 0);
        }
    }

    private static void ReplyScore(Session s, SortedSetValue? set, byte[] member)
    {
        if (set is not null && set.Scores.TryGet(member, out var score))
        {
            s.Reply.Double(score);
        }
        else
        {
            s.Reply.Null();
        }
    }
}
