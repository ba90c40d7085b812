namespace Ccr.Protocols.Requests;

/// <summary>How a Gemini model is asked to think.</summary>
public enum GeminiThinking
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>thinkingBudget (2.5).</summary>
    Budget,

    /// <summary>thinkingLevel (3 and later).</summary>
    Level,
}
