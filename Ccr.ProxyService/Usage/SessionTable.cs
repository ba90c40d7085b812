using System.Collections.Concurrent;
using Ccr.ServiceDefaults;

namespace Ccr.ProxyService.Usage;

/// <summary>
/// The sessions seen lately. Unlike other series they come and go without end, so that idle ones are forgotten: with a Redis once their counts
/// have been handed on (a session that comes back counts on there), without one the oldest beyond <see cref="RedisKeys.MostSessions"/>.
/// </summary>
internal sealed class SessionTable
{
    // Between two sweeps, a second apart, the table may grow so far; what comes then is counted as one session.
    private const int MostUnswept = 4 * RedisKeys.MostSessions;

    /// <summary>How long a session that was handed on is kept for the case that it goes on.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<string, SessionCounters> _sessions = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<SessionCounters> All => _sessions.Select(s => s.Value);

    /// <summary>How many there are.</summary>
    public int Size => Volatile.Read(ref _count);

    /// <summary>That session; null when it is not known here.</summary>
    public SessionCounters? Find(string id) => _sessions.GetValueOrDefault(id);

    /// <summary>Counts a request of a session.</summary>
    public void Count(string id, RequestRecord record, in ClientSpending spent, string? target)
    {
        while (!(_sessions.TryGetValue(id, out var session) ? session : Create(id)).TryCount(record, spent, target))
        {
            // Forgotten between the two; the sweep takes it out of the table at once.
        }
    }

    /// <summary>Forgets sessions that are idle, and the oldest of too many.</summary>
    /// <param name="now">The time.</param>
    /// <param name="areTaken">True when sessions are handed on, so that one which is not yet must stay.</param>
    public void Sweep(DateTimeOffset now, bool areTaken)
    {
        var idle = (now - (areTaken ? Idle : RedisKeys.SessionRetention)).ToUnixTimeMilliseconds();
        foreach (var session in All)
        {
            if (session.LastMs <= idle)
            {
                Forget(session, idle, areTaken);
            }
        }

        var surplus = Size - RedisKeys.MostSessions;
        if (surplus > 0)
        {
            foreach (var (session, last) in All.Select(s => (Session: s, s.LastMs)).OrderBy(s => s.LastMs).Take(surplus))
            {
                Forget(session, last, areTaken);
            }
        }
    }

    private void Forget(SessionCounters session, long lastMs, bool areTaken)
    {
        if (session.TryForget(lastMs, areTaken) && _sessions.TryRemove(new(session.Id, session)))
        {
            Interlocked.Decrement(ref _count);
        }
    }

    private SessionCounters Create(string id)
    {
        if (Size >= MostUnswept && id != UsageRecorder.Other)
        {
            return _sessions.TryGetValue(UsageRecorder.Other, out var other) ? other : Create(UsageRecorder.Other);
        }

        var created = new SessionCounters(id);
        if (!_sessions.TryAdd(id, created))
        {
            return _sessions.TryGetValue(id, out var known) ? known : Create(id);
        }

        Interlocked.Increment(ref _count);
        return created;
    }
}
