namespace Ccr.Protocols.Repair;

/// <summary>What is changed in a request that a provider refused. <see cref="RepairTable"/> has the words and the grounds.</summary>
public enum RepairKind
{
    /// <summary>Reasoning of earlier turns is left out.</summary>
    ThinkingBlocks,

    /// <summary>Thinking is turned off.</summary>
    ThinkingOff,

    /// <summary>The thinking budget or the limit around it.</summary>
    ThinkingBudget,

    /// <summary>Thinking by effort instead of budget, or the reverse.</summary>
    ThinkingForm,

    /// <summary>The nearest effort word that the model takes.</summary>
    Effort,

    /// <summary>A field is left out.</summary>
    Parameter,

    /// <summary>The output limit under its other name.</summary>
    MaxTokensName,

    /// <summary>The output limit within the model's.</summary>
    MaxTokensLimit,

    /// <summary>The output limit within what the prompt leaves of the context.</summary>
    ContextRoom,

    /// <summary>Words in the place of images, documents or recordings.</summary>
    Media,

    /// <summary>Other ids for tool calls.</summary>
    ToolIds,

    /// <summary>Calls and results brought together.</summary>
    ToolResults,

    /// <summary>A user's turn after the assistant's last one.</summary>
    Prefill,

    /// <summary>Instructions in the middle said by the user.</summary>
    SystemInMiddle,

    /// <summary>Role system for developer.</summary>
    DeveloperRole,

    /// <summary>Texts without a word are left out.</summary>
    BlankText,

    /// <summary>Marks of cache breakpoints are taken away.</summary>
    CacheControl,

    /// <summary>Tool schemas in their plainest form.</summary>
    ToolSchema,

    /// <summary>Beta names are taken out of the header, and their fields out of the body.</summary>
    BetaHeader,
}
