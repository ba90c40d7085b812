namespace Ccr.Dashboard.Web.Live;

/// <summary>
/// Turns a counter that only grows into rates over the last minute. Between two looks the growth is spread evenly over the time
/// between them; where there was no look there is no rate.
/// </summary>
internal sealed class RateWindow
{
    /// <summary>Seconds kept.</summary>
    public const int Seconds = 60;

    private readonly List<(double At, long Value)> _samples = [];

    /// <summary>Takes a look at the counter. A counter that shrank was reset: what was known before is forgotten.</summary>
    /// <param name="at">Seconds on a clock that only goes forward.</param>
    /// <param name="value">The counter.</param>
    public void Add(double at, long value)
    {
        if (_samples.Count > 0)
        {
            var last = _samples[^1];
            if (value < last.Value)
            {
                _samples.Clear();
            }
            else if (at <= last.At)
            {
                return;
            }
        }

        _samples.Add((at, value));

        // One look older than the window stays: the interval that reaches into it.
        while (_samples.Count > 2 && _samples[1].At <= at - Seconds)
        {
            _samples.RemoveAt(0);
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Reset() => _samples.Clear();

    /// <summary>Growth per second over the last <paramref name="span"/> seconds, as far as it was watched; null when it was not.</summary>
    public double? Rate(double now, double span)
    {
        var (growth, watched) = Growth(now - span, now);
        return watched > 0 ? growth / watched : null;
    }

    /// <summary>Growth per second in each of the last sixty seconds, oldest first; null where nothing was watched.</summary>
    public double?[] Slots(double now)
    {
        var slots = new double?[Seconds];
        for (var i = 0; i < Seconds; i++)
        {
            var from = now - Seconds + i;
            var (growth, watched) = Growth(from, from + 1);
            slots[i] = watched > 0 ? growth / watched : null;
        }

        return slots;
    }

    private (double Growth, double Watched) Growth(double from, double to)
    {
        double growth = 0, watched = 0;
        for (var i = 1; i < _samples.Count; i++)
        {
            var (start, startValue) = _samples[i - 1];
            var (end, endValue) = _samples[i];
            var overlap = Math.Min(end, to) - Math.Max(start, from);
            if (overlap > 0)
            {
                growth += (endValue - startValue) * overlap / (end - start);
                watched += overlap;
            }
        }

        return (growth, watched);
    }
}
