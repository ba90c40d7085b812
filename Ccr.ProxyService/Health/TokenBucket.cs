namespace Ccr.ProxyService.Health;

/// <summary>
/// A limit of so many units a minute: refilled evenly, a minute's worth at most. More than a minute's worth at once is let through by a full bucket, which then owes it; it could
/// never pass otherwise. Not safe for several threads: its provider's lock guards it.
/// </summary>
internal sealed class TokenBucket
{
    private const double Minute = 60_000;

    private double _level;
    private long _at = long.MinValue;
    private int _rate;

    /// <summary>Milliseconds until so many units may be taken; 0 for now.</summary>
    public long WaitFor(long units, int perMinute, long now)
    {
        Fill(perMinute, now);
        var needed = Math.Min(units, perMinute) - _level;
        return needed <= 1e-9 ? 0 : Math.Max(1, (long)Math.Ceiling(needed * Minute / perMinute));
    }

    /// <summary>Takes them, after <see cref="WaitFor"/> said 0.</summary>
    public void Take(long units) => _level -= units;

    private void Fill(int perMinute, long now)
    {
        if (_at == long.MinValue)
        {
            _level = perMinute;
        }
        else
        {
            // A limit that was changed keeps its share of fullness.
            _level = _rate == perMinute ? _level : _level * perMinute / _rate;
            _level = Math.Min(perMinute, _level + (Math.Max(0, now - _at) * (perMinute / Minute)));
        }

        (_at, _rate) = (now, perMinute);
    }
}
