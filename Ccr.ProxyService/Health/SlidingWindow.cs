namespace Ccr.ProxyService.Health;

/// <summary>Counts of the last so many seconds, in ten slices that are dropped one by one. Not safe for several threads: its breaker's lock guards it.</summary>
internal sealed class SlidingWindow
{
    private const int Slices = 10;

    private readonly Slice[] _slices = new Slice[Slices];
    private long _newest = long.MinValue;
    private long _length;

    /// <summary>The sums over the window that ends now.</summary>
    public Slice Sum(long now, TimeSpan window)
    {
        Move(now, window);
        var sum = default(Slice);
        foreach (var slice in _slices)
        {
            sum.Calls += slice.Calls;
            sum.Failures += slice.Failures;
            sum.Begun += slice.Begun;
            sum.Slow += slice.Slow;
        }

        return sum;
    }

    /// <summary>The counts of this moment.</summary>
    public ref Slice Now(long now, TimeSpan window)
    {
        Move(now, window);
        return ref _slices[(int)(_newest % Slices)];
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => Array.Clear(_slices);

    private void Move(long now, TimeSpan window)
    {
        var length = Math.Max(1, (long)window.TotalMilliseconds / Slices);
        var current = now / length;
        if (length != _length || current - _newest >= Slices || current < _newest - Slices)
        {
            // Another window, a long rest, or a clock that was set back.
            Clear();
            (_length, _newest) = (length, current);
            return;
        }

        while (_newest < current)
        {
            _newest++;
            _slices[(int)(_newest % Slices)] = default;
        }
    }

    /// <summary>What is counted.</summary>
    internal struct Slice
    {
        /// <summary>Calls that ended well or ill.</summary>
        public int Calls;

        /// <summary>Those that ended ill.</summary>
        public int Failures;

        /// <summary>Calls whose first content came.</summary>
        public int Begun;

        /// <summary>Those to which it came late.</summary>
        public int Slow;
    }
}
