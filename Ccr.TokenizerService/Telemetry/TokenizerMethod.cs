namespace Ccr.TokenizerService.Telemetry;

/// <summary>The methods of the service.</summary>
internal enum TokenizerMethod
{
    /// <summary>One text.</summary>
    CountText,

    /// <summary>Several texts.</summary>
    CountBatch,

    /// <summary>A request body.</summary>
    CountMessage,

    /// <summary>One text in pieces.</summary>
    CountStream,
}
