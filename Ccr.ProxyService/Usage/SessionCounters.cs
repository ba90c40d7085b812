using Ccr.ServiceDefaults;

namespace Ccr.ProxyService.Usage;

/// <summary>
/// The counters of one session, and what else is told of it. A lock rather than single counters, because a session may be forgotten while a
/// request of it is being counted: whoever comes too late is told so, and counts under a new object.
/// </summary>
internal sealed class SessionCounters(string id)
{
    /// <summary>How many numbers a session has: the counters of a series, then its requests by agent (<see cref="Agents"/>).</summary>
    public const int Count = UsageCounters.Count + 3;

    /// <summary>Who within a session asks, as in <see cref="RequestRecord.Agent"/>; also the names of their counters in Redis.</summary>
    public static readonly string[] Agents = ["main", "subagent", "auxiliary"];

    private readonly Lock _lock = new();
    private readonly UsageCounters _counters = new(RedisKeys.Session(id));
    private readonly long[] _agents = new long[Agents.Length];
    private readonly long[] _taken = new long[Count];
    private long _firstMs;
    private long _lastMs;
    private string? _application;
    private string? _target;
    private volatile bool _isChanged;
    private bool _isForgotten;

    /// <summary>The session's name.</summary>
    public string Id => id;

    /// <summary>When its last request ended, Unix milliseconds.</summary>
    public long LastMs => Interlocked.Read(ref _lastMs);

    /// <summary>Counts a request; false when this object was forgotten in the meantime.</summary>
    public bool TryCount(RequestRecord record, in ClientSpending spent, string? target)
    {
        lock (_lock)
        {
            if (_isForgotten)
            {
                return false;
            }

            ClientUsage.Add(_counters, record, spent);
            var started = record.StartedAt.ToUnixTimeMilliseconds();
            _firstMs = _firstMs == 0 ? started : Math.Min(_firstMs, started);
            Interlocked.Exchange(ref _lastMs, Math.Max(_lastMs, started + (long)record.Duration.TotalMilliseconds));
            _application = record.ClientApplication;
            _target = target ?? _target;
            var agent = record.Agent is { } name ? Array.IndexOf(Agents, name) : -1;
            if (agent >= 0)
            {
                _agents[agent]++;
            }

            _isChanged = true;
            return true;
        }
    }

    /// <summary>What was counted since the last call; null when nothing was.</summary>
    public SessionState? Take()
    {
        if (!_isChanged)
        {
            return null;
        }

        lock (_lock)
        {
            var state = Read();
            for (var i = 0; i < state.Values.Length; i++)
            {
                (state.Values[i], _taken[i]) = (state.Values[i] - _taken[i], state.Values[i]);
            }

            _isChanged = false;
            return state;
        }
    }

    /// <summary>What was counted since this object is there.</summary>
    public SessionState Snapshot()
    {
        lock (_lock)
        {
            return Read();
        }
    }

    /// <summary>Gives the session up when its last request is not later than that; nothing can be counted here any more.</summary>
    /// <param name="lastMs">Unix milliseconds.</param>
    /// <param name="onlyTaken">Whether one that somebody still has to <see cref="Take"/> stays.</param>
    public bool TryForget(long lastMs, bool onlyTaken)
    {
        lock (_lock)
        {
            return _isForgotten = _isForgotten || (_lastMs <= lastMs && !(onlyTaken && _isChanged));
        }
    }

    private SessionState Read()
    {
        var values = new long[Count];
        for (var i = 0; i < UsageCounters.Count; i++)
        {
            values[i] = _counters[(UsageField)i];
        }

        _agents.CopyTo(values, UsageCounters.Count);
        return new(id, values, _firstMs, _lastMs, _application, _target);
    }
}
