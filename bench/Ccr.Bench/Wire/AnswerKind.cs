namespace Ccr.Bench.Wire;

/// <summary>How a client finds an exchange ended.</summary>
internal enum AnswerKind
{
    /// <summary>A stream of the protocol's grammar, to its last event.</summary>
    Whole,

    /// <summary>A stream that ended in the protocol's own error event.</summary>
    ErrorEvent,

    /// <summary>An error status with the protocol's error object.</summary>
    ErrorStatus,

    /// <summary>Anything else: cut, malformed, out of order, silent.</summary>
    Broken,
}
