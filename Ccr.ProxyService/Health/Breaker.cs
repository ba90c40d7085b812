using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Health;

/// <summary>
/// The circuit breaker of one target.
/// <code>
/// closed    -- failures in a row, or the share of failures or of slow calls in the window -->  open
/// open      -- its time is over                                                            -->  half-open
/// half-open -- the one probe brings content                                                -->  closed
///           -- the probe fails                                                             -->  open, for longer
/// </code>
/// Times are Unix milliseconds, so that replicas can tell one another. All methods return whether something changed that others should know.
/// </summary>
/// <param name="random">From 0 to 1: spreads the ends of being open.</param>
internal sealed class Breaker(Func<double> random)
{
    /// <summary>Another replica's probe is given so long before this one sends its own.</summary>
    private const long ProbeGrace = 3000;

    private readonly Lock _gate = new();
    private readonly SlidingWindow _window = new();
    private bool _isOpen;
    private bool _isProbing;
    private long _until;
    private long _changedAt;
    private int _openings;
    private int _silent;
    private int _cut;

    /// <summary>The end of being open; meaningless when closed.</summary>
    public long Until => Interlocked.Read(ref _until);

    /// <summary>When it opened, sent a probe or closed last.</summary>
    public long ChangedAt => Interlocked.Read(ref _changedAt);

    /// <summary>How it stands.</summary>
    public BreakerState State(long now)
    {
        lock (_gate)
        {
            return !_isOpen ? BreakerState.Closed : now >= _until ? BreakerState.HalfOpen : BreakerState.Open;
        }
    }

    /// <summary>Whether a call would be refused now.</summary>
    public bool Refuses(long now)
    {
        lock (_gate)
        {
            return _isOpen && (now < _until || _isProbing);
        }
    }

    /// <summary>Lets a call through or not; every entrance but a refusal is told of its end once.</summary>
    public Entrance Enter(long now, bool force)
    {
        lock (_gate)
        {
            if (!_isOpen)
            {
                return Entrance.Usual;
            }

            if (now >= _until && !_isProbing)
            {
                _isProbing = true;
                _changedAt = Math.Max(now, _changedAt + 1);
                return Entrance.Probe;
            }

            return force ? Entrance.Forced : Entrance.Refused;
        }
    }

    /// <summary>Takes the place of the probe before the time is over; false when the breaker is closed or a probe is under way.</summary>
    public bool EnterEarly(long now)
    {
        lock (_gate)
        {
            if (!_isOpen || _isProbing)
            {
                return false;
            }

            _isProbing = true;
            _changedAt = Math.Max(now, _changedAt + 1);
            return true;
        }
    }

    /// <summary>The first content came. A probe has its answer with it: how long the rest takes does not matter.</summary>
    public bool FirstContent(Entrance entrance, bool slow, long now, BreakerSettings settings)
    {
        lock (_gate)
        {
            if (entrance == Entrance.Usual)
            {
                if (_isOpen)
                {
                    return false;
                }

                _silent = 0;
                ref var slice = ref _window.Now(now, settings.Window);
                slice.Begun++;
                if (!slow)
                {
                    return false;
                }

                slice.Slow++;
                var sum = _window.Sum(now, settings.Window);
                return sum.Begun >= settings.MinimumCalls && sum.Slow >= settings.SlowCallRate * sum.Begun && Open(now, settings);
            }

            return slow ? Reopen(entrance, now, settings) : Close(now);
        }
    }

    /// <summary>The answer came whole.</summary>
    public bool Succeeded(Entrance entrance, long now, BreakerSettings settings)
    {
        lock (_gate)
        {
            if (_isOpen)
            {
                // A call from before it opened says nothing of now.
                return entrance != Entrance.Usual && Close(now);
            }

            (_silent, _cut) = (0, 0);
            _window.Now(now, settings.Window).Calls++;
            return false;
        }
    }

    /// <summary>The call failed through the target's fault, before or after its first content.</summary>
    public bool Failed(Entrance entrance, bool hadContent, long now, BreakerSettings settings)
    {
        lock (_gate)
        {
            if (_isOpen)
            {
                return Reopen(entrance, now, settings);
            }

            ref var slice = ref _window.Now(now, settings.Window);
            slice.Calls++;
            slice.Failures++;

            // Streams that begin and break are counted apart: otherwise every beginning would hide the breaks.
            var inRow = hadContent ? ++_cut : ++_silent;
            var sum = _window.Sum(now, settings.Window);
            return (inRow >= settings.Failures || (sum.Calls >= settings.MinimumCalls && sum.Failures >= settings.FailureRate * sum.Calls)) && Open(now, settings);
        }
    }

    /// <summary>The call ended without saying anything of the target.</summary>
    public void Abandoned(Entrance entrance)
    {
        lock (_gate)
        {
            EndProbe(entrance);
        }
    }

    /// <summary>Another replica saw this later than what is known here.</summary>
    /// <param name="state">How it stands there.</param>
    /// <param name="until">The end of being open, or of the grace of the probe that is under way.</param>
    /// <param name="at">When it changed.</param>
    public void Adopt(BreakerState state, long until, long at)
    {
        lock (_gate)
        {
            if (at <= _changedAt)
            {
                return;
            }

            _changedAt = at;
            if (state == BreakerState.Closed)
            {
                Forget();
                return;
            }

            // Whoever opened it asks first; the others follow spread, and not at all if the first has closed it by then.
            _isOpen = true;
            _until = until + 500 + (long)(random() * ProbeGrace);
        }
    }

    /// <summary>The grace that other replicas give a probe that begins now.</summary>
    public static long GraceEnd(long now) => now + ProbeGrace;

    private bool Open(long now, BreakerSettings settings)
    {
        if (!settings.Enabled)
        {
            return false;
        }

        var length = Math.Min(settings.Open.TotalMilliseconds * Math.Pow(2, Math.Min(_openings, 20)), settings.MaxOpen.TotalMilliseconds);

        // Only ever shorter, so that maxOpenMs holds.
        _until = now + (long)(length * (1 - (0.1 * random())));
        _isOpen = true;
        _openings++;
        _changedAt = Math.Max(now, _changedAt + 1);
        (_silent, _cut) = (0, 0);
        _window.Clear();
        return true;
    }

    private bool Reopen(Entrance entrance, long now, BreakerSettings settings)
    {
        // What was under way when it opened, and what was forced, does not prolong it.
        return EndProbe(entrance) && Open(now, settings);
    }

    private bool Close(long now)
    {
        if (!_isOpen)
        {
            return false;
        }

        Forget();
        _changedAt = Math.Max(now, _changedAt + 1);
        return true;
    }

    private void Forget()
    {
        (_isOpen, _isProbing, _openings, _silent, _cut) = (false, false, 0, 0, 0);
        _window.Clear();
    }

    private bool EndProbe(Entrance entrance)
    {
        if (entrance != Entrance.Probe)
        {
            return false;
        }

        _isProbing = false;
        return true;
    }
}
