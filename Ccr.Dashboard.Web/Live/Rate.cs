namespace Ccr.Dashboard.Web.Live;

/// <summary>A rate that is being watched.</summary>
/// <param name="Now">Per second over the last ten seconds; null when unknown.</param>
/// <param name="LastMinute">Per second over the last minute; null when unknown.</param>
/// <param name="Slots">Per second in each of the last sixty seconds, oldest first; null where unknown.</param>
internal sealed record Rate(double? Now, double? LastMinute, IReadOnlyList<double?> Slots)
{
    /// <summary>Nothing known.</summary>
    public static Rate Unknown { get; } = new(null, null, new double?[RateWindow.Seconds]);

    /// <summary>The highest second of the last minute; null when unknown.</summary>
    public double? Peak => Slots.Max();

    /// <summary>Reads a window.</summary>
    public static Rate From(RateWindow window, double now) => new(window.Rate(now, 10), window.Rate(now, RateWindow.Seconds), window.Slots(now));
}
