namespace Ccr.Standins.EmbeddedRedis.Data;

/// <summary>A stream: entries by ascending id. It may be empty and still remembers its last id.</summary>
internal sealed class StreamValue : RedisValue
{
    public override string TypeName => "stream";

    public override string Encoding => "stream";

    public Deque<StreamEntry> Entries { get; private init; } = new();

    public StreamId LastId { get; set; }

    public StreamId MaxDeletedId { get; set; }

    /// <summary>How many entries were ever added.</summary>
    public long Added { get; set; }

    public void Add(StreamEntry entry)
    {
        Entries.AddLast(entry);
        LastId = entry.Id;
        Added++;
    }

    /// <summary>The index of the first entry whose id is not below; the count when there is none.</summary>
    public int IndexOf(StreamId id)
    {
        int low = 0, high = Entries.Count;
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (Entries[middle].Id < id)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    public bool Remove(StreamId id)
    {
        var index = IndexOf(id);
        if (index == Entries.Count || Entries[index].Id != id)
        {
            return false;
        }

        Entries.RemoveAt(index);
        MaxDeletedId = id > MaxDeletedId ? id : MaxDeletedId;
        return true;
    }

    /// <summary>Removes up to <paramref name="limit"/> of the oldest entries while more than <paramref name="length"/> remain.</summary>
    public long TrimToLength(long length, long limit)
    {
        var removed = 0L;
        for (; Entries.Count > length && removed < limit; removed++)
        {
            Entries.RemoveFirst();
        }

        return removed;
    }

    /// <summary>Removes up to <paramref name="limit"/> of the entries with ids below.</summary>
    public long TrimBelow(StreamId id, long limit)
    {
        var removed = 0L;
        for (; Entries.Count > 0 && Entries[0].Id < id && removed < limit; removed++)
        {
            Entries.RemoveFirst();
        }

        return removed;
    }

    public override RedisValue Copy() =>
        new StreamValue { Entries = Entries.Copy(), LastId = LastId, MaxDeletedId = MaxDeletedId, Added = Added };
}
