namespace Ccr.Tests.Routing;

/// <summary>A clock that stands still until it is moved.</summary>
internal sealed class MovableClock : TimeProvider
{
    private TimeSpan _passed = TimeSpan.FromDays(1);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(TimeSpan by) => _passed += by;

    public override long GetTimestamp() => _passed.Ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + _passed;
}
