namespace Ccr.Tests.AppModel;

/// <summary>Time that passes when a test says so.</summary>
internal sealed class ManualTime : TimeProvider
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private TimeSpan _now = TimeSpan.FromDays(1);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) + Now();

    public override long GetTimestamp() => Now().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass and calls the timers that are due.</summary>
    public void Advance(TimeSpan by)
    {
        ManualTimer[] due;
        lock (_lock)
        {
            _now += by;
            due = [.. _timers.Where(timer => timer.At <= _now)];
            foreach (var timer in due)
            {
                _timers.Remove(timer);
            }
        }

        Array.ForEach(due, timer => timer.Fire());
    }

    /// <summary>Waits until the code under test waits for exactly this long, then lets it pass.</summary>
    public async Task PassAsync(TimeSpan delay)
    {
        await AwaitedAsync(delay);
        Advance(delay);
    }

    /// <summary>Waits until the code under test waits for exactly this long.</summary>
    public async Task AwaitedAsync(TimeSpan delay)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (!IsAwaited(delay))
        {
            if (deadline.IsCancellationRequested)
            {
                throw new TimeoutException($"Nothing waits for {delay}; there are waits of {string.Join(", ", Waits())}.");
            }

            await Task.Delay(5);
        }
    }

    private bool IsAwaited(TimeSpan delay) => Waits().Contains(delay);

    private TimeSpan[] Waits()
    {
        lock (_lock)
        {
            return [.. _timers.Select(timer => timer.Delay)];
        }
    }

    private TimeSpan Now()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    private sealed class ManualTimer(ManualTime time, Action fire) : ITimer
    {
        public TimeSpan Delay { get; private set; }

        public TimeSpan At { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Delay = dueTime;
                    At = time._now + dueTime;
                    time._timers.Add(this);
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
