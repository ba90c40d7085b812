namespace Ccr.Protocols.Requests;

/// <summary>How a Chat server wants the reasoning of earlier turns back.</summary>
public enum ReasoningReplay
{
    /// <summary>As the model's rules say.</summary>
    ByModel,

    /// <summary>Not at all.</summary>
    Never,

    /// <summary>As reasoning_content where there is any.</summary>
    ReasoningContent,

    /// <summary>As reasoning_content on every turn with tool calls, be it a placeholder: DeepSeek V4 refuses a turn without.</summary>
    ReasoningContentRequired,

    /// <summary>As reasoning and reasoning_details (OpenRouter).</summary>
    ReasoningDetails,
}
