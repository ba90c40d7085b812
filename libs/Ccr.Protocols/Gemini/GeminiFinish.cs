namespace Ccr.Protocols.Gemini;

/// <summary>What a finishReason means; wire 7.4.</summary>
internal enum GeminiFinish
{
    None,
    Stop,
    MaxTokens,
    Refusal,
    Continuation,

    /// <summary>The model spoilt a tool call.</summary>
    Malformed,

    /// <summary>OTHER: an end, or a failure when nothing was said.</summary>
    Other,
}
