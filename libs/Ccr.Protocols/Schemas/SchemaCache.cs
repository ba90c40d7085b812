using System.Collections.Concurrent;
using System.IO.Hashing;

namespace Ccr.Protocols.Schemas;

/// <summary>
/// What became of schemas before. An agent sends the schemas of all its tools with every request, and cleaning them is most of the work of a translation. Bounded by bytes:
/// two generations, of which the older is dropped whole when the younger is half of the limit.
/// </summary>
internal sealed class SchemaCache(int mostBytes)
{
    private readonly Lock _writing = new();
    private ConcurrentDictionary<Key, Entry> _young = new();
    private ConcurrentDictionary<Key, Entry> _old = new();
    private int _youngBytes;

    /// <summary>How a schema was written to that target; null when that is not known.</summary>
    public byte[]? Find(ReadOnlySpan<byte> schema, SchemaTarget target, bool anyRoot)
    {
        var key = new Key(XxHash3.HashToUInt64(schema), target, anyRoot);
        if (_young.TryGetValue(key, out var entry))
        {
            // The bytes themselves decide: a hash can be made to collide.
            return schema.SequenceEqual(entry.Schema) ? entry.Written : null;
        }

        if (!_old.TryGetValue(key, out entry) || !schema.SequenceEqual(entry.Schema))
        {
            return null;
        }

        Put(key, entry);
        return entry.Written;
    }

    /// <summary>Remembers how a schema was written; one of more than a quarter of the limit is not worth its room.</summary>
    public void Add(ReadOnlySpan<byte> schema, SchemaTarget target, bool anyRoot, ReadOnlySpan<byte> written)
    {
        if (schema.Length + written.Length > mostBytes / 4)
        {
            return;
        }

        var original = schema.ToArray();
        Put(new(XxHash3.HashToUInt64(schema), target, anyRoot), new(original, schema.SequenceEqual(written) ? original : written.ToArray()));
    }

    private void Put(Key key, Entry entry)
    {
        lock (_writing)
        {
            if (!_young.TryAdd(key, entry))
            {
                return;
            }

            _youngBytes += entry.Size;
            if (_youngBytes >= mostBytes / 2)
            {
                _old = _young;
                _young = new();
                _youngBytes = 0;
            }
        }
    }

    private readonly record struct Key(ulong Hash, SchemaTarget Target, bool AnyRoot);

    private sealed record Entry(byte[] Schema, byte[] Written)
    {
        // The dictionary's node and the objects' heads on top of the bytes.
        private const int Overhead = 200;

        public int Size => Overhead + Schema.Length + (ReferenceEquals(Schema, Written) ? 0 : Written.Length);
    }
}
