namespace Ccr.Tests.Usage;

/// <summary>A wall clock that stands where it is set; timers and timestamps are the system's.</summary>
internal sealed class SetClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = Samples.Start;

    public override DateTimeOffset GetUtcNow() => Now;
}
