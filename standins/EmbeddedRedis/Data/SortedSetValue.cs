namespace Ccr.Standins.EmbeddedRedis.Data;

/// <summary>A sorted set: scores by member, and members in order.</summary>
internal sealed class SortedSetValue(EncodingLimits limits) : RedisValue
{
    public override string TypeName => "zset";

    public override string Encoding => Packed ? "listpack" : "skiplist";

    public bool Packed { get; private set; } = true;

    public int Count => Order.Count;

    public SkipList Order { get; } = new();

    public IndexedMap<double> Scores { get; } = new();

    /// <summary>Adds a member or moves it; true when it is new.</summary>
    public bool Set(byte[] member, double score)
    {
        if (Scores.TryGet(member, out var old))
        {
            if (old.Equals(score))
            {
                return false;
            }

            Order.Remove(member, old);
        }
        else
        {
            Packed = Packed && Order.Count < limits.SortedSetEntries && member.Length <= limits.SortedSetValueLength;
        }

        // The packed form stores whole numbers as integers, which have no negative zero.
        score = Packed ? score + 0.0 : score;
        Order.Add(member, score);
        return Scores.Set(member, score);
    }

    public bool Remove(byte[] member)
    {
        if (!Scores.TryGet(member, out var score))
        {
            return false;
        }

        Scores.Remove(member);
        return Order.Remove(member, score);
    }

    public override RedisValue Copy()
    {
        var copy = new SortedSetValue(limits) { Packed = Packed };
        foreach (var (member, score) in Scores.Entries)
        {
            copy.Scores.Set(member, score);
            copy.Order.Add(member, score);
        }

        return copy;
    }
}
