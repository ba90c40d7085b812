namespace Ccr.Simulator.Recording;

/// <summary>Requests of one model since the start or the last reset.</summary>
/// <param name="Requests">All that came.</param>
/// <param name="Completed">Those whose whole answer was sent.</param>
/// <param name="Faulted">Those that got their scripted fault, or were refused.</param>
/// <param name="Cancelled">Those whose caller left before the end; a stall or a hang ends no other way.</param>
public sealed record ModelCounts(long Requests, long Completed, long Faulted, long Cancelled)
{
    /// <summary>No request.</summary>
    public static ModelCounts None { get; } = new(0, 0, 0, 0);

    /// <summary>Requests that are still being answered.</summary>
    public long Active => Requests - Completed - Faulted - Cancelled;
}
