using System.Collections.Concurrent;

namespace Ccr.ProxyService.Usage;

/// <summary>
/// Counters by key, of which there are never more than a set number: a key that comes after the table is full shares the counters of
/// <paramref name="otherKey"/>. Finding a known key takes no lock and allocates nothing.
/// </summary>
/// <param name="limit">Most keys kept, <paramref name="otherKey"/> not counted.</param>
/// <param name="otherKey">The key under which the rest is counted.</param>
/// <param name="create">Makes the counters of a key.</param>
internal sealed class BoundedTable<TKey, TValue>(int limit, TKey otherKey, Func<TKey, TValue> create)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, TValue> _values = new();
    private readonly Lock _creating = new();
    private int _count;

    /// <summary>All keys with their counters, in no order. The overflow's appears once something was counted there.</summary>
    public IEnumerable<KeyValuePair<TKey, TValue>> Entries => _values;

    /// <summary>The counters of that key, or those of the rest.</summary>
    public TValue this[TKey key] => _values.TryGetValue(key, out var value) ? value : Create(key);

    /// <summary>The counters of that key; null when nothing was counted under it.</summary>
    public TValue? Find(TKey key) => _values.GetValueOrDefault(key);

    private TValue Create(TKey key)
    {
        lock (_creating)
        {
            var isOther = EqualityComparer<TKey>.Default.Equals(key, otherKey);
            if (!isOther && _count >= limit && !_values.ContainsKey(key))
            {
                key = otherKey;
                isOther = true;
            }

            if (!_values.TryGetValue(key, out var value))
            {
                value = create(key);
                _values[key] = value;
                _count += isOther ? 0 : 1;
            }

            return value;
        }
    }
}
