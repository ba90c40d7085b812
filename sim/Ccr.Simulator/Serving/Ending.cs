namespace Ccr.Simulator.Serving;

/// <summary>What happens when the last segment is out.</summary>
internal enum Ending
{
    /// <summary>The response ends in order.</summary>
    Complete,

    /// <summary>The TCP connection ends without the end of the response.</summary>
    Cut,

    /// <summary>Nothing, until the caller leaves.</summary>
    Stall,
}
