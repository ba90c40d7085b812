using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;

namespace Ccr.Standins.EmbeddedRedis.Server;

/// <summary>Who listens to which channel or pattern.</summary>
/// <param name="limit">A subscriber that leaves more bytes than this unread is cut off.</param>
internal sealed class PubSubRegistry(long limit)
{
    private readonly Dictionary<byte[], List<Session>> _channels = new(ByteArrayComparer.Instance);
    private readonly Dictionary<byte[], List<Session>> _patterns = new(ByteArrayComparer.Instance);

    public IReadOnlyCollection<byte[]> Channels => _channels.Keys;

    public int PatternCount => _patterns.Count;

    public int Subscribers(byte[] channel) => _channels.TryGetValue(channel, out var sessions) ? sessions.Count : 0;

    public void Subscribe(Session session, byte[] channel) => Add(_channels, session.Channels, session, channel);

    public void SubscribePattern(Session session, byte[] pattern) => Add(_patterns, session.Patterns, session, pattern);

    public void Unsubscribe(Session session, byte[] channel) => Remove(_channels, session.Channels, session, channel);

    public void UnsubscribePattern(Session session, byte[] pattern) => Remove(_patterns, session.Patterns, session, pattern);

    public void Release(Session session)
    {
        foreach (var channel in session.Channels.ToArray())
        {
            Unsubscribe(session, channel);
        }

        foreach (var pattern in session.Patterns.ToArray())
        {
            UnsubscribePattern(session, pattern);
        }
    }

    /// <summary>Delivers a message and returns to how many.</summary>
    public int Publish(byte[] channel, byte[] message, Action<Session> written)
    {
        var receivers = 0;
        if (_channels.TryGetValue(channel, out var direct))
        {
            foreach (var session in direct)
            {
                session.Reply.Push(3);
                session.Reply.Bulk("message"u8);
                session.Reply.Bulk(channel);
                session.Reply.Bulk(message);
                Delivered(session, written);
                receivers++;
            }
        }

        foreach (var (pattern, sessions) in _patterns)
        {
            if (!Glob.IsMatch(pattern, channel))
            {
                continue;
            }

            foreach (var session in sessions)
            {
                session.Reply.Push(4);
                session.Reply.Bulk("pmessage"u8);
                session.Reply.Bulk(pattern);
                session.Reply.Bulk(channel);
                session.Reply.Bulk(message);
                Delivered(session, written);
                receivers++;
            }
        }

        return receivers;
    }

    private void Delivered(Session session, Action<Session> written)
    {
        written(session);
        if (session.Transport.Pending > limit)
        {
            session.Transport.Abort();
        }
    }

    private static void Add(Dictionary<byte[], List<Session>> all, HashSet<byte[]> own, Session session, byte[] name)
    {
        if (!own.Add(name))
        {
            return;
        }

        if (!all.TryGetValue(name, out var sessions))
        {
            all[name] = sessions = [];
        }

        sessions.Add(session);
    }

    private static void Remove(Dictionary<byte[], List<Session>> all, HashSet<byte[]> own, Session session, byte[] name)
    {
        if (own.Remove(name) && all.TryGetValue(name, out var sessions) && sessions.Remove(session) && sessions.Count == 0)
        {
            all.Remove(name);
        }
    }
}
