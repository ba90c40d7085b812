namespace Ccr.Protocols.Canonical;

/// <summary>What a request can say, whatever the dialect calls it. <see cref="FieldTable"/> has the names.</summary>
public enum RequestField
{
    /// <summary>The model.</summary>
    Model,

    /// <summary>Instructions at the head.</summary>
    System,

    /// <summary>Instructions in the middle of the conversation.</summary>
    SystemInMiddle,

    /// <summary>The output limit.</summary>
    MaxTokens,

    /// <summary>Temperature.</summary>
    Temperature,

    /// <summary>Nucleus sampling.</summary>
    TopP,

    /// <summary>Top-k sampling.</summary>
    TopK,

    /// <summary>Seed.</summary>
    Seed,

    /// <summary>Presence penalty.</summary>
    PresencePenalty,

    /// <summary>Frequency penalty.</summary>
    FrequencyPenalty,

    /// <summary>Stop sequences.</summary>
    StopSequences,

    /// <summary>The client's tools.</summary>
    Tools,

    /// <summary>Strict tool schemas.</summary>
    ToolStrict,

    /// <summary>Web search run by the provider.</summary>
    WebSearch,

    /// <summary>Other tools run by the provider.</summary>
    ServerTools,

    /// <summary>Whether a tool must be called.</summary>
    ToolChoice,

    /// <summary>A subset of the tools that may be called.</summary>
    AllowedTools,

    /// <summary>At most one call at a time.</summary>
    ParallelTools,

    /// <summary>Whether to think.</summary>
    Thinking,

    /// <summary>How hard to think.</summary>
    Effort,

    /// <summary>How wordy to be.</summary>
    Verbosity,

    /// <summary>The form of the answer.</summary>
    OutputFormat,

    /// <summary>The end user.</summary>
    UserId,

    /// <summary>The key of a shared prompt cache.</summary>
    PromptCacheKey,

    /// <summary>The service tier.</summary>
    ServiceTier,

    /// <summary>Prompt cache breakpoints.</summary>
    CacheControl,

    /// <summary>Visible reasoning of earlier turns.</summary>
    ThinkingBlocks,

    /// <summary>Opaque reasoning of earlier turns.</summary>
    RedactedThinking,

    /// <summary>Images.</summary>
    Images,

    /// <summary>Documents.</summary>
    Documents,

    /// <summary>Sound and moving pictures.</summary>
    Media,

    /// <summary>That a tool's result is an error.</summary>
    ToolResultError,

    /// <summary>Images and documents in a tool's result.</summary>
    ToolResultMedia,

    /// <summary>Blocks that only one dialect knows.</summary>
    OpaqueBlocks,

    /// <summary>An assistant message at the end that shall be continued.</summary>
    Prefill,
}
