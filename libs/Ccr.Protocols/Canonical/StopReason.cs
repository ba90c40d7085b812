namespace Ccr.Protocols.Canonical;

/// <summary>Why the model stopped.</summary>
public enum StopReason
{
    /// <summary>It was done.</summary>
    EndTurn,

    /// <summary>It reached the output limit.</summary>
    MaxTokens,

    /// <summary>It wrote one of the caller's stop sequences.</summary>
    StopSequence,

    /// <summary>It calls tools.</summary>
    ToolUse,

    /// <summary>It, or a filter, refused.</summary>
    Refusal,

    /// <summary>A long turn was paused and may be continued.</summary>
    PauseTurn,

    /// <summary>The context window was full.</summary>
    ContextWindowExceeded,
}
