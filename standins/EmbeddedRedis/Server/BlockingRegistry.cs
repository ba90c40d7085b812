using System.Text;
using Ccr.Standins.EmbeddedRedis.Data;

namespace Ccr.Standins.EmbeddedRedis.Server;

/// <summary>Who waits for which key, first come first served. Keys that changed are looked at after the command that changed them.</summary>
internal sealed class BlockingRegistry
{
    private readonly Dictionary<(int Database, string Key), List<BlockedCall>> _waiting = [];
    private readonly List<(RedisDatabase Database, byte[] Key)> _changed = [];

    /// <summary>How many sessions wait.</summary>
    public int Count { get; private set; }

    public void Add(BlockedCall call)
    {
        Count++;
        call.Session.Blocked = call;
        foreach (var key in call.Keys)
        {
            var name = Name(call.Database, key);
            if (!_waiting.TryGetValue(name, out var calls))
            {
                _waiting[name] = calls = [];
            }

            calls.Add(call);
        }
    }

    /// <summary>Ends the wait, if it still lasts; false when it had ended.</summary>
    public bool Remove(BlockedCall call)
    {
        if (call.Session.Blocked != call)
        {
            return false;
        }

        Count--;
        call.Session.Blocked = null;
        foreach (var name in call.Keys.Select(key => Name(call.Database, key)))
        {
            if (_waiting.TryGetValue(name, out var calls) && calls.Remove(call) && calls.Count == 0)
            {
                _waiting.Remove(name);
            }
        }

        call.Complete();
        return true;
    }

    public void OnChanged(RedisDatabase database, byte[] key)
    {
        if (_waiting.Count > 0 && _waiting.ContainsKey(Name(database, key)))
        {
            _changed.Add((database, key));
        }
    }

    /// <summary>Serves whom the changed keys can serve, and whom the serving can serve in turn.</summary>
    public void ServeChanged(Action<Session> served)
    {
        for (var i = 0; i < _changed.Count; i++)
        {
            var (database, key) = _changed[i];
            if (!_waiting.TryGetValue(Name(database, key), out var calls))
            {
                continue;
            }

            foreach (var call in calls.ToArray())
            {
                // A call that names a key twice is in the list twice.
                if (call.Session.Blocked == call && call.TryServe(key))
                {
                    Remove(call);
                    served(call.Session);
                }
            }
        }

        _changed.Clear();
    }

    private static (int Database, string Key) Name(RedisDatabase database, byte[] key) => (database.Index, Encoding.Latin1.GetString(key));
}
