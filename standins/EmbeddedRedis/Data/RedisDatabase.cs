using Ccr.Standins.EmbeddedRedis.Protocol;

namespace Ccr.Standins.EmbeddedRedis.Data;

/// <summary>One of the numbered databases. Keys whose time has come are gone for every reader, whether or not they were collected yet.</summary>
/// <param name="index">Its number.</param>
/// <param name="now">Unix milliseconds, constant during one command.</param>
/// <param name="changed">Told of every change to a key.</param>
internal sealed class RedisDatabase(int index, Func<long> now, Action<RedisDatabase, byte[]> changed)
{
    private readonly IndexedMap<KeyEntry> _keys = new();
    private readonly SortedSet<(long When, byte[] Key)> _expiries = new(Comparer<(long When, byte[] Key)>.Create(CompareExpiries));
    private Int128 _expirySum;

    public int Index => index;

    /// <summary>All keys, including those due to expire.</summary>
    public int Count => _keys.Count;

    /// <summary>Keys with an expiry.</summary>
    public int ExpiringCount => _expiries.Count;

    public IndexedMap<KeyEntry> Keys => _keys;

    /// <summary>The mean time to live of keys with an expiry, in milliseconds; 0 without such keys.</summary>
    public long MeanTimeToLive => _expiries.Count == 0 ? 0 : (long)Int128.Max((_expirySum / _expiries.Count) - now(), 0);

    /// <summary>How many keys have expired so far.</summary>
    public long Expired { get; private set; }

    /// <summary>The entry of a living key, counted as used; null when there is none.</summary>
    public KeyEntry? Find(byte[] key)
    {
        var entry = Peek(key);
        if (entry is not null)
        {
            entry.LastUsed = now();
        }

        return entry;
    }

    /// <summary>The entry of a living key, without counting as a use.</summary>
    public KeyEntry? Peek(byte[] key)
    {
        if (!_keys.TryGet(key, out var entry))
        {
            return null;
        }

        if (!IsDue(entry))
        {
            return entry;
        }

        Expire(key);
        return null;
    }

    /// <summary>The value of a living key; null when there is none.</summary>
    /// <exception cref="RedisErrorException">It is of another type.</exception>
    public T? Get<T>(byte[] key)
        where T : RedisValue => Find(key)?.Value switch
        {
            null => null,
            T value => value,
            _ => throw RedisErrorException.WrongType(),
        };

    /// <summary>The value of a living key, made and stored when there is none.</summary>
    public T GetOrAdd<T>(byte[] key, Func<T> create)
        where T : RedisValue
    {
        var value = Get<T>(key);
        if (value is null)
        {
            value = create();
            Store(key, value);
        }

        return value;
    }

    /// <summary>Stores a value without an expiry, replacing what was there.</summary>
    public KeyEntry Set(byte[] key, RedisValue value)
    {
        var entry = Store(key, value);
        Persist(key, entry);
        Changed(key);
        return entry;
    }

    public bool Remove(byte[] key)
    {
        if (Peek(key) is not { } entry)
        {
            return false;
        }

        Persist(key, entry);
        _keys.Remove(key);
        Changed(key);
        return true;
    }

    /// <summary>Sets the time, in Unix milliseconds, at which the key goes.</summary>
    public void SetExpiry(byte[] key, KeyEntry entry, long when)
    {
        Persist(key, entry);
        entry.ExpireAt = when;
        if (when != KeyEntry.Never)
        {
            _expiries.Add((when, key));
            _expirySum += when;
        }
    }

    /// <summary>Takes the expiry away; false when there was none.</summary>
    public bool Persist(byte[] key, KeyEntry entry)
    {
        if (entry.ExpireAt == KeyEntry.Never)
        {
            return false;
        }

        _expiries.Remove((entry.ExpireAt, key));
        _expirySum -= entry.ExpireAt;
        entry.ExpireAt = KeyEntry.Never;
        return true;
    }

    /// <summary>Says that the key's value changed in place; an empty collection is removed.</summary>
    public void Changed(byte[] key) => changed(this, key);

    /// <summary>Removes the key when its collection has become empty, and says that it changed.</summary>
    public void ChangedOrEmptied(byte[] key, bool empty)
    {
        if (empty)
        {
            Remove(key);
        }
        else
        {
            Changed(key);
        }
    }

    public bool IsDue(KeyEntry entry) => entry.ExpireAt != KeyEntry.Never && entry.ExpireAt <= now();

    /// <summary>Collects up to <paramref name="limit"/> keys whose time has come; false when more may be due.</summary>
    public bool CollectExpired(int limit)
    {
        for (; limit > 0; limit--)
        {
            if (_expiries.Count == 0 || _expiries.Min.When > now())
            {
                return true;
            }

            Expire(_expiries.Min.Key);
        }

        return false;
    }

    /// <summary>Removes everything; each key counts as changed.</summary>
    public void Clear()
    {
        var keys = new List<byte[]>(_keys.Count);
        foreach (var (key, _) in _keys.Entries)
        {
            keys.Add(key);
        }

        _keys.Clear();
        _expiries.Clear();
        _expirySum = 0;
        foreach (var key in keys)
        {
            Changed(key);
        }
    }

    private KeyEntry Store(byte[] key, RedisValue value)
    {
        if (_keys.TryGet(key, out var entry))
        {
            entry.Value = value;
        }
        else
        {
            entry = new KeyEntry(value);
            _keys.Set(key, entry);
        }

        entry.LastUsed = now();
        return entry;
    }

    private void Expire(byte[] key)
    {
        if (_keys.TryGet(key, out var entry))
        {
            Persist(key, entry);
            _keys.Remove(key);
            Expired++;
            Changed(key);
        }
    }

    private static int CompareExpiries((long When, byte[] Key) left, (long When, byte[] Key) right)
    {
        var byTime = left.When.CompareTo(right.When);
        return byTime != 0 ? byTime : left.Key.AsSpan().SequenceCompareTo(right.Key);
    }
}
