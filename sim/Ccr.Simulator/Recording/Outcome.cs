namespace Ccr.Simulator.Recording;

/// <summary>How a request ended.</summary>
internal enum Outcome
{
    /// <summary>The whole answer was sent.</summary>
    Completed,

    /// <summary>The scripted fault was played, or the request was refused.</summary>
    Faulted,

    /// <summary>The caller left first.</summary>
    Cancelled,
}
