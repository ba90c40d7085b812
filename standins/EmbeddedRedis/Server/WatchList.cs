using Ccr.Standins.EmbeddedRedis.Data;

namespace Ccr.Standins.EmbeddedRedis.Server;

/// <summary>Which sessions watch which key.</summary>
internal sealed class WatchList
{
    private readonly Dictionary<(int Database, string Key), HashSet<Session>> _watchers = [];

    public void Add(Session session, byte[] key)
    {
        var database = session.Db;
        if (session.Transaction.Watched.Any(w => w.Database == database && ByteArrayComparer.Instance.Equals(w.Key, key)))
        {
            return;
        }

        // A key that is due already counts as absent, not as something that will expire.
        database.Peek(key);
        session.Transaction.Watched.Add((database, key));
        var name = Name(database, key);
        if (!_watchers.TryGetValue(name, out var sessions))
        {
            _watchers[name] = sessions = [];
        }

        sessions.Add(session);
    }

    public void Release(Session session)
    {
        foreach (var (database, key) in session.Transaction.Watched)
        {
            var name = Name(database, key);
            if (_watchers.TryGetValue(name, out var sessions) && sessions.Remove(session) && sessions.Count == 0)
            {
                _watchers.Remove(name);
            }
        }

        session.Transaction.Watched.Clear();
        session.Transaction.IsStale = false;
    }

    public void OnChanged(RedisDatabase database, byte[] key)
    {
        if (_watchers.Count > 0 && _watchers.TryGetValue(Name(database, key), out var sessions))
        {
            foreach (var session in sessions)
            {
                session.Transaction.IsStale = true;
            }
        }
    }

    private static (int Database, string Key) Name(RedisDatabase database, byte[] key) => (database.Index, System.Text.Encoding.Latin1.GetString(key));
}
