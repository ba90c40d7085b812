namespace Ccr.Simulator.Scripts;

/// <summary>How an answer goes wrong. A script has at most one.</summary>
internal enum FaultKind
{
    /// <summary>Nothing goes wrong.</summary>
    None,

    /// <summary>An error status with a body in the dialect's own error form.</summary>
    Status,

    /// <summary>The TCP connection ends in the middle of the response.</summary>
    Cut,

    /// <summary>The response ends in order, too early.</summary>
    EndOfFile,

    /// <summary>Silence in the middle of the response, until the caller leaves.</summary>
    Stall,

    /// <summary>One frame holds broken JSON.</summary>
    Malformed,

    /// <summary>Everything that says "this is the end" is missing.</summary>
    NoTerminator,

    /// <summary>Only the very last event is missing.</summary>
    NoDone,

    /// <summary>An error object as the whole body of a 200.</summary>
    ErrorInSuccess,

    /// <summary>An error event in the middle of the stream, which then ends.</summary>
    ErrorEvent,

    /// <summary>A page of HTML, as a gateway in between would send it.</summary>
    Html,

    /// <summary>Headers and no byte of a body.</summary>
    Empty,

    /// <summary>The connection is reset before any header.</summary>
    Reset,

    /// <summary>No header ever comes.</summary>
    Hang,
}
