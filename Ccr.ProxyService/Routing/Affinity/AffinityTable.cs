using System.Collections.Concurrent;

namespace Ccr.ProxyService.Routing.Affinity;

/// <summary>
/// The sessions this process knows, of which there are never more than a set number. Two generations: a session that is served moves to the young one; when that is half of the limit, the old
/// one, in which are those not served since, is dropped whole. So whoever is forgotten has been idle for longer than half of the limit's sessions, and nothing is ever searched for the oldest.
/// Finding one takes no lock.
/// </summary>
internal sealed class AffinityTable(AffinityCounters counters, TimeProvider time, int limit = AffinityTable.Limit)
{
    /// <summary>Sessions kept at most; one takes about 250 bytes.</summary>
    public const int Limit = 50_000;

    private readonly Lock _writing = new();
    private ConcurrentDictionary<SessionKey, AffinityBinding> _young = new();
    private ConcurrentDictionary<SessionKey, AffinityBinding> _old = new();
    private long _turned = time.GetTimestamp();
    private int _youngCount;
    private int _oldCount;

    /// <summary>Where a session was served last; null when it is not known.</summary>
    public AffinityBinding? Find(SessionKey key) => _young.TryGetValue(key, out var binding) || _old.TryGetValue(key, out binding) ? binding : null;

    /// <summary>Notes where a session was served; those idle for longer than <paramref name="ttl"/> are dropped in time.</summary>
    public void Put(SessionKey key, AffinityBinding binding, TimeSpan ttl)
    {
        lock (_writing)
        {
            if (_youngCount > 0 && time.GetElapsedTime(_turned) > ttl)
            {
                Turn();
            }

            if (!_young.TryAdd(key, binding))
            {
                _young[key] = binding;
                return;
            }

            _youngCount++;
            _oldCount -= _old.TryRemove(key, out _) ? 1 : 0;
            if (_youngCount >= Math.Max(1, limit / 2))
            {
                Turn();
            }

            counters.Sessions = _youngCount + _oldCount;
        }
    }

    /// <summary>Takes over what another replica says of a session that is known here, unless what is known is newer; null forgets it.</summary>
    public void Learn(SessionKey key, AffinityBinding? binding)
    {
        lock (_writing)
        {
            var generation = _young.ContainsKey(key) ? _young : _old;
            if (!generation.TryGetValue(key, out var known))
            {
                return;
            }

            if (binding is null)
            {
                Remove(key);
            }
            else if (binding.Target != known.Target && binding.ServedAt >= known.ServedAt)
            {
                generation[key] = binding with { MovedFrom = known.Target, MovedBecause = "another replica moved it" };
            }
        }
    }

    /// <summary>Forgets a session.</summary>
    public void Remove(SessionKey key)
    {
        lock (_writing)
        {
            _youngCount -= _young.TryRemove(key, out _) ? 1 : 0;
            _oldCount -= _old.TryRemove(key, out _) ? 1 : 0;
            counters.Sessions = _youngCount + _oldCount;
        }
    }

    private void Turn()
    {
        _old = _young;
        _young = new();
        _oldCount = _youngCount;
        _youngCount = 0;
        _turned = time.GetTimestamp();
    }
}
