namespace Ccr.Simulator.Scripts;

/// <summary>Why the answer ends; every dialect has its own word for each.</summary>
internal enum StopReason
{
    /// <summary>The answer is complete.</summary>
    EndTurn,

    /// <summary>The answer is a tool call.</summary>
    ToolUse,

    /// <summary>The limit of output tokens was reached.</summary>
    MaxTokens,

    /// <summary>The provider refused.</summary>
    Refusal,
}
