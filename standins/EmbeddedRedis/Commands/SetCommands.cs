using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;
using static Ccr.Standins.EmbeddedRedis.Commands.CommandFlags;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>One set at a time.</summary>
internal static class SetCommands
{
    public static readonly CommandSpec[] Table =
    [
        new("sadd", -3, Write | DenyOom | Fast, (1, 1, 1), "set", SAdd),
        new("srem", -3, Write | Fast, (1, 1, 1), "set", SRem),
        new("sismember", 3, ReadOnly | Fast, (1, 1, 1), "set", SIsMember),
        new("smismember", -3, ReadOnly | Fast, (1, 1, 1), "set", SMIsMember),
        new("scard", 2, ReadOnly | Fast, (1, 1, 1), "set", SCard),
        new("smembers", 2, ReadOnly, (1, 1, 1), "set", SMembers),
        new("smove", 4, Write | Fast, (1, 2, 1), "set", SMove),
        new("spop", -2, Write | Fast, (1, 1, 1), "set", SPop),
        new("srandmember", -2, ReadOnly, (1, 1, 1), "set", SRandMember),
    ];

    private static void SAdd(Session s, byte[][] a)
    {
        var set = s.Db.GetOrAdd(a[1], () => new SetValue(s.Engine.Limits));
        var added = 0;
        foreach (var member in a.AsSpan(2))
        {
            added += set.Add(member) ? 1 : 0;
        }

        if (added > 0)
        {
            s.Db.Changed(a[1]);
        }

        s.Reply.Integer(added);
    }

    private static void SRem(Session s, byte[][] a)
    {
        var removed = 0;
        if (s.Db.Get<SetValue>(a[1]) is { } set)
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

    private static void SIsMember(Session s, byte[][] a) => s.Reply.Integer(s.Db.Get<SetValue>(a[1])?.Contains(a[2]) == true ? 1 : 0);

    private static void SMIsMember(Session s, byte[][] a)
    {
        var set = s.Db.Get<SetValue>(a[1]);
        s.Reply.Array(a.Length - 2);
        foreach (var member in a.AsSpan(2))
        {
            s.Reply.Integer(set?.Contains(member) == true ? 1 : 0);
        }
    }

    private static void SCard(Session s, byte[][] a) => s.Reply.Integer(s.Db.Get<SetValue>(a[1])?.Count ?? 0);

    private static void SMembers(Session s, byte[][] a) => s.Reply.BulkSet(s.Db.Get<SetValue>(a[1])?.ToList() ?? []);

    private static void SMove(Session s, byte[][] a)
    {
        if (s.Db.Find(a[1]) is null)
        {
            s.Reply.Integer(0);
            return;
        }

        var source = s.Db.Get<SetValue>(a[1])!;
        var target = s.Db.Get<SetValue>(a[2]);
        if (source == target)
        {
            s.Reply.Integer(source.Contains(a[3]) ? 1 : 0);
            return;
        }

        var moved = source.Remove(a[3]);
        if (moved)
        {
            s.Db.ChangedOrEmptied(a[1], source.Count == 0);
            s.Db.GetOrAdd(a[2], () => new SetValue(s.Engine.Limits)).Add(a[3]);
            s.Db.Changed(a[2]);
        }

        s.Reply.Integer(moved ? 1 : 0);
    }

    private static void SPop(Session s, byte[][] a)
    {
        if (a.Length > 3)
        {
            throw RedisErrorException.Syntax();
        }

        var count = a.Length == 3 ? a[2].ToCount() : 1;
        var popped = new List<byte[]>();
        if (s.Db.Get<SetValue>(a[1]) is { } set)
        {
            while (popped.Count < count && set.Count > 0)
            {
                var member = set[Random.Shared.Next(set.Count)];
                set.Remove(member);
                popped.Add(member);
            }

            if (popped.Count > 0)
            {
                s.Db.ChangedOrEmptied(a[1], set.Count == 0);
            }
        }

        if (a.Length == 3)
        {
            s.Reply.BulkSet(popped);
        }
        else
        {
            s.Reply.BulkOrNull(popped.FirstOrDefault());
        }
    }

    private static void SRandMember(Session s, byte[][] a)
    {
        if (a.Length > 3)
        {
            throw RedisErrorException.Syntax();
        }

        if (a.Length == 2)
        {
            s.Reply.BulkOrNull(s.Db.Get<SetValue>(a[1]) is { } one ? one[Random.Shared.Next(one.Count)] : null);
            return;
        }

        var request = RandomRequest.Parse(a, default);
        var set = s.Db.Get<SetValue>(a[1]);
        s.Reply.BulkArray(request.Pick(set?.Count ?? 0).Select(i => set![i]).ToList());
    }
}
