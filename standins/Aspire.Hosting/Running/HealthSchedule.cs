namespace Aspire.Hosting.Running;

/// <summary>When a resource's checks run next.</summary>
internal sealed class HealthSchedule
{
    /// <summary>While it starts: quick, so that those who wait for it lose no time.</summary>
    public static readonly TimeSpan Starting = TimeSpan.FromMilliseconds(100);

    /// <summary>How long it counts as starting.</summary>
    public static readonly TimeSpan StartingFor = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan WhenHealthy = TimeSpan.FromSeconds(30);
    private int _failures;

    /// <summary>True once a result was good.</summary>
    public bool WasHealthy { get; private set; }

    /// <summary>The delay after a result: 30 s when healthy; else 100 ms at first, then 1, 2, 3, 4, 5, 5, … s.</summary>
    public TimeSpan Next(bool healthy, TimeSpan sinceStart)
    {
        if (healthy)
        {
            WasHealthy = true;
            _failures = 0;
            return WhenHealthy;
        }

        if (!WasHealthy && sinceStart < StartingFor)
        {
            return Starting;
        }

        _failures++;
        return TimeSpan.FromSeconds(Math.Min(_failures, 5));
    }
}
