using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Ccr.Standins.EmbeddedRedis.Data;

/// <summary>
/// A hash table whose entries also lie densely in an array, so that a random entry and a resumable scan are cheap.
/// </summary>
/// <remarks>
/// A scan walks the indexes downwards. Removal moves the last entry into the hole: an entry not yet visited can only move to a
/// lower index, which the scan still reaches. So an entry that is present during a whole scan is returned at least once, which is
/// what SCAN promises. Ordered removal (for small maps, which are scanned in one step) shifts instead and keeps insertion order.
/// </remarks>
internal sealed class IndexedMap<TValue>
{
    private readonly Dictionary<byte[], int> _indexes = new(ByteArrayComparer.Instance);
    private readonly List<KeyValuePair<byte[], TValue>> _entries = [];

    public int Count => _entries.Count;

    public KeyValuePair<byte[], TValue> this[int index] => _entries[index];

    public ReadOnlySpan<KeyValuePair<byte[], TValue>> Entries => CollectionsMarshal.AsSpan(_entries);

    public bool ContainsKey(byte[] key) => _indexes.ContainsKey(key);

    public bool TryGet(byte[] key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_indexes.TryGetValue(key, out var index))
        {
            value = _entries[index].Value;
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Adds or replaces; true when the key is new. The key array is kept and must not change afterwards.</summary>
    public bool Set(byte[] key, TValue value)
    {
        ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(_indexes, key, out var exists);
        if (exists)
        {
            _entries[index] = new(_entries[index].Key, value);
            return false;
        }

        index = _entries.Count;
        _entries.Add(new(key, value));
        return true;
    }

    /// <summary>Removes a key; <paramref name="keepOrder"/> costs time in proportion to the size.</summary>
    public bool Remove(byte[] key, bool keepOrder = false)
    {
        if (!_indexes.Remove(key, out var index))
        {
            return false;
        }

        if (keepOrder)
        {
            _entries.RemoveAt(index);
            for (var i = index; i < _entries.Count; i++)
            {
                _indexes[_entries[i].Key] = i;
            }

            return true;
        }

        var last = _entries.Count - 1;
        if (index != last)
        {
            _entries[index] = _entries[last];
            _indexes[_entries[index].Key] = index;
        }

        _entries.RemoveAt(last);
        return true;
    }

    public void Clear()
    {
        _indexes.Clear();
        _entries.Clear();
    }

    /// <summary>One step of a scan: visits up to <paramref name="count"/> entries and returns the next cursor, 0 at the end.</summary>
    public ulong Scan(ulong cursor, long count, Action<KeyValuePair<byte[], TValue>> visit)
    {
        var next = cursor == 0 || cursor > (ulong)_entries.Count ? _entries.Count : (int)cursor;
        for (; next > 0 && count > 0; count--)
        {
            visit(_entries[--next]);
        }

        return (ulong)next;
    }
}
