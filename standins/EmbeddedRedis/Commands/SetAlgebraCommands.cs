using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;
using static Ccr.Standins.EmbeddedRedis.Commands.CommandFlags;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Intersections, unions and differences of sets.</summary>
internal static class SetAlgebraCommands
{
    public static readonly CommandSpec[] Table =
    [
        new("sinter", -2, ReadOnly, (1, -1, 1), "set", SInter),
        new("sinterstore", -3, Write | DenyOom, (1, -1, 1), "set", SInterStore),
        new("sintercard", -3, ReadOnly | MovableKeys, (0, 0, 0), "set", SInterCard),
        new("sunion", -2, ReadOnly, (1, -1, 1), "set", SUnion),
        new("sunionstore", -3, Write | DenyOom, (1, -1, 1), "set", SUnionStore),
        new("sdiff", -2, ReadOnly, (1, -1, 1), "set", SDiff),
        new("sdiffstore", -3, Write | DenyOom, (1, -1, 1), "set", SDiffStore),
    ];

    private static void SInter(Session s, byte[][] a) => s.Reply.BulkSet(Intersection(Load(s, a.AsSpan(1)), long.MaxValue));

    private static void SInterStore(Session s, byte[][] a) => Store(s, a[1], Intersection(Load(s, a.AsSpan(2)), long.MaxValue));

    private static void SInterCard(Session s, byte[][] a)
    {
        if (!Integers.TryParse(a[1], out var count) || count < 1)
        {
            throw new RedisErrorException("ERR numkeys should be greater than 0");
        }

        if (count > a.Length - 2)
        {
            throw new RedisErrorException("ERR Number of keys can't be greater than number of args");
        }

        var limit = 0L;
        for (var i = 2 + (int)count; i < a.Length; i += 2)
        {
            if (!a[i].Is("LIMIT"u8) || i + 1 == a.Length)
            {
                throw RedisErrorException.Syntax();
            }

            if (!Integers.TryParse(a[i + 1], out limit) || limit < 0)
            {
                throw new RedisErrorException("ERR LIMIT can't be negative");
            }
        }

        s.Reply.Integer(Intersection(Load(s, a.AsSpan(2, (int)count)), limit == 0 ? long.MaxValue : limit).Count);
    }

    private static void SUnion(Session s, byte[][] a) => s.Reply.BulkSet(Union(s, Load(s, a.AsSpan(1))).ToList());

    private static void SUnionStore(Session s, byte[][] a) => Store(s, a[1], Union(s, Load(s, a.AsSpan(2))).ToList());

    private static void SDiff(Session s, byte[][] a) => s.Reply.BulkSet(Difference(Load(s, a.AsSpan(1))));

    private static void SDiffStore(Session s, byte[][] a) => Store(s, a[1], Difference(Load(s, a.AsSpan(2))));

    private static List<SetValue?> Load(Session s, ReadOnlySpan<byte[]> keys)
    {
        var sets = new List<SetValue?>(keys.Length);
        foreach (var key in keys)
        {
            sets.Add(s.Db.Get<SetValue>(key));
        }

        return sets;
    }

    private static List<byte[]> Intersection(List<SetValue?> sets, long limit)
    {
        var found = new List<byte[]>();
        if (sets.Contains(null))
        {
            return found;
        }

        var smallest = sets.MinBy(set => set!.Count)!;
        foreach (var member in smallest.ToList())
        {
            if (found.Count < limit && sets.TrueForAll(set => set == smallest || set!.Contains(member)))
            {
                found.Add(member);
            }
        }

        return found;
    }

    private static SetValue Union(Session s, List<SetValue?> sets)
    {
        var union = new SetValue(s.Engine.Limits);
        foreach (var member in sets.SelectMany(set => set?.ToList() ?? []))
        {
            union.Add(member);
        }

        return union;
    }

    private static List<byte[]> Difference(List<SetValue?> sets) =>
        sets[0]?.ToList().FindAll(member => sets.Skip(1).All(set => set?.Contains(member) != true)) ?? [];

    private static void Store(Session s, byte[] key, List<byte[]> members)
    {
        if (members.Count == 0)
        {
            s.Db.Remove(key);
        }
        else
        {
            var set = new SetValue(s.Engine.Limits);
            members.ForEach(member => set.Add(member));
            s.Db.Set(key, set);
        }

        s.Reply.Integer(members.Count);
    }
}
