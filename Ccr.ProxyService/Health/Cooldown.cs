using Ccr.Protocols.Errors;

namespace Ccr.ProxyService.Health;

/// <summary>A rest of a key or a target, longer each time. Times are Unix milliseconds.</summary>
internal sealed class Cooldown
{
    /// <summary>Nobody rests longer than this on another's word: a wrong clock or a header of another meaning must not take a key away for a day.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private long _until;
    private int _count;

    /// <summary>The end of the rest; in the past when there is none.</summary>
    public long Until => Interlocked.Read(ref _until);

    /// <summary>What it rests for.</summary>
    public ErrorKind Kind { get; private set; }

    /// <summary>Whether it rests.</summary>
    public bool IsCooling(long now) => now < Until;

    /// <summary>Begins a rest. Failures of calls that were under way when it began do not make the next one longer.</summary>
    /// <param name="kind">What for.</param>
    /// <param name="asked">How long the provider asks for; null takes the growing delay.</param>
    /// <param name="first">The first delay.</param>
    /// <param name="longest">The longest delay.</param>
    /// <param name="random">From 0 to 1: spreads the growing delay by a quarter both ways.</param>
    /// <param name="now">Now.</param>
    /// <returns>True when the end moved.</returns>
    public bool Begin(ErrorKind kind, TimeSpan? asked, TimeSpan first, TimeSpan longest, double random, long now)
    {
        lock (_gate)
        {
            var isCooling = now < _until;
            if (!isCooling)
            {
                _count++;
            }
            else if (asked is null)
            {
                return false;
            }

            var delay = asked ?? TimeSpan.FromMilliseconds(
                Math.Min(longest.TotalMilliseconds, first.TotalMilliseconds * Math.Pow(2, Math.Min(_count - 1, 30)) * (0.75 + (0.5 * random))));
            return Move(kind, now + (long)Math.Min(delay.TotalMilliseconds, Math.Max(Longest.TotalMilliseconds, longest.TotalMilliseconds)));
        }
    }

    /// <summary>Rests at least until then; true when that is later than known.</summary>
    public bool Extend(ErrorKind kind, long until, long now)
    {
        lock (_gate)
        {
            return Move(kind, Math.Min(until, now + (long)Longest.TotalMilliseconds));
        }
    }

    /// <summary>Another replica saw a longer rest.</summary>
    public void Adopt(ErrorKind kind, long until)
    {
        lock (_gate)
        {
            Move(kind, until);
        }
    }

    /// <summary>A call ended well: after the rest that may be under way, delays begin small again.</summary>
    public void Recovered(long now)
    {
        if (_count == 0)
        {
            return;
        }

        lock (_gate)
        {
            if (now >= _until)
            {
                _count = 0;
            }
        }
    }

    private bool Move(ErrorKind kind, long until)
    {
        if (until <= _until)
        {
            return false;
        }

        _until = until;
        Kind = kind;
        return true;
    }
}
