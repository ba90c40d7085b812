using Ccr.Standins.EmbeddedRedis.Protocol;

namespace Ccr.Standins.EmbeddedRedis.Data;

/// <summary>A set. While it holds a few integers only, its members come in numeric order.</summary>
internal sealed class SetValue(EncodingLimits limits) : RedisValue
{
    private readonly IndexedMap<bool> _members = new();

    public override string TypeName => "set";

    public override string Encoding => Packed ? "intset" : "hashtable";

    public bool Packed { get; private set; } = true;

    public int Count => _members.Count;

    public byte[] this[int index] => _members[index].Key;

    public bool Contains(byte[] member) => _members.ContainsKey(member);

    public bool Add(byte[] member)
    {
        if (_members.ContainsKey(member))
        {
            return false;
        }

        Packed = Packed && Integers.TryParse(member, out _);
        _members.Set(member, true);
        Packed = Packed && _members.Count <= limits.SetIntegers;
        return true;
    }

    public bool Remove(byte[] member) => _members.Remove(member);

    public ulong Scan(ulong cursor, long count, Action<byte[]> visit) => _members.Scan(cursor, count, entry => visit(entry.Key));

    public List<byte[]> ToList()
    {
        var list = new List<byte[]>(_members.Count);
        foreach (var (member, _) in _members.Entries)
        {
            list.Add(member);
        }

        if (Packed)
        {
            list.Sort(CompareNumbers);
        }

        return list;
    }

    public override RedisValue Copy()
    {
        var copy = new SetValue(limits) { Packed = Packed };
        foreach (var (member, _) in _members.Entries)
        {
            copy._members.Set(member, true);
        }

        return copy;
    }

    private static int CompareNumbers(byte[] left, byte[] right) => Number(left).CompareTo(Number(right));

    private static long Number(byte[] member) => Integers.TryParse(member, out var value) ? value : 0;
}
