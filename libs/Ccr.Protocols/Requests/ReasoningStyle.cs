namespace Ccr.Protocols.Requests;

/// <summary>How a Chat server wants to be asked to reason.</summary>
public enum ReasoningStyle
{
    /// <summary>As the model's rules say.</summary>
    ByModel,

    /// <summary>reasoning_effort.</summary>
    Effort,

    /// <summary>reasoning: { effort | max_tokens | enabled } (OpenRouter, Vercel).</summary>
    ReasoningObject,

    /// <summary>thinking: { type } (DeepSeek, GLM, Kimi).</summary>
    ThinkingObject,

    /// <summary>thinking: { type } and enable_thinking (the Node router's transformer "reasoning").</summary>
    EnableThinking,

    /// <summary>Not at all: the field would be refused.</summary>
    Never,
}
