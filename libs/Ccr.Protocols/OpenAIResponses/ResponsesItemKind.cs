namespace Ccr.Protocols.OpenAIResponses;

/// <summary>What an output item is to a canonical message.</summary>
internal enum ResponsesItemKind
{
    /// <summary>Text.</summary>
    Message,

    /// <summary>Reasoning.</summary>
    Reasoning,

    /// <summary>A call of a function.</summary>
    Call,

    /// <summary>A call of a custom tool.</summary>
    Custom,

    /// <summary>A call of a typed tool that the client runs.</summary>
    Shim,

    /// <summary>A call that the provider ran.</summary>
    ServerTool,

    /// <summary>Anything else: means nothing here.</summary>
    Other,
}
