namespace Ccr.Standins.EmbeddedRedis.Data;

/// <summary>A hash. While packed it keeps the order of insertion.</summary>
internal sealed class HashValue(EncodingLimits limits) : RedisValue
{
    private IndexedMap<byte[]> _fields = new();

    public override string TypeName => "hash";

    public override string Encoding => Packed ? "listpack" : "hashtable";

    public bool Packed { get; private set; } = true;

    public IndexedMap<byte[]> Fields => _fields;

    public byte[]? Get(byte[] field) => _fields.TryGet(field, out var value) ? value : null;

    /// <summary>Sets a field; true when it is new.</summary>
    public bool Set(byte[] field, byte[] value)
    {
        Measure(field, value);
        var added = _fields.Set(field, value);
        Packed = Packed && _fields.Count <= limits.HashEntries;
        return added;
    }

    /// <summary>Unpacks for a long field or value, as Redis does for all arguments before it sets the first.</summary>
    public void Measure(byte[] field, byte[] value) =>
        Packed = Packed && field.Length <= limits.HashValueLength && value.Length <= limits.HashValueLength;

    public bool Remove(byte[] field) => _fields.Remove(field, keepOrder: Packed);

    public override RedisValue Copy()
    {
        var copy = new HashValue(limits) { Packed = Packed, _fields = new() };
        foreach (var (field, value) in _fields.Entries)
        {
            copy._fields.Set(field, value);
        }

        return copy;
    }
}
