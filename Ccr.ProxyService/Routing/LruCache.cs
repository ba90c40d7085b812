using System.Diagnostics.CodeAnalysis;

namespace Ccr.ProxyService.Routing;

/// <summary>Values by text, the least recently used of which make room, and which are forgotten after a time.</summary>
/// <param name="capacity">How many are kept.</param>
/// <param name="lifetime">How long after it was set a value is given out.</param>
/// <param name="time">The clock.</param>
internal sealed class LruCache<T>(int capacity, TimeSpan lifetime, TimeProvider time)
{
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _order = new();
    private readonly Lock _lock = new();

    /// <summary>The value of a key, if it is there and young enough.</summary>
    public bool TryGet(string key, [MaybeNullWhen(false)] out T value)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var node))
            {
                if (time.GetElapsedTime(node.Value.SetAt) < lifetime)
                {
                    _order.Remove(node);
                    _order.AddFirst(node);
                    value = node.Value.Value;
                    return true;
                }

                _order.Remove(node);
                _entries.Remove(key);
            }

            value = default;
            return false;
        }
    }

    /// <summary>Sets the value of a key.</summary>
    public void Set(string key, T value)
    {
        var entry = new Entry(key, value, time.GetTimestamp());
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var node))
            {
                _order.Remove(node);
                node.Value = entry;
                _order.AddFirst(node);
                return;
            }

            if (_entries.Count >= capacity && _order.Last is { } oldest)
            {
                _order.RemoveLast();
                _entries.Remove(oldest.Value.Key);
            }

            _entries[key] = _order.AddFirst(entry);
        }
    }

    private readonly record struct Entry(string Key, T Value, long SetAt);
}
