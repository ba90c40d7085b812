namespace Ccr.Protocols.Requests;

/// <summary>What a declared tool is, and so who runs it.</summary>
public enum ToolKind
{
    /// <summary>The client's own, with a schema.</summary>
    Function,

    /// <summary>The client's own, taking free text (OpenAI's custom tools); for other dialects a function with one string, "input".</summary>
    Custom,

    /// <summary>Run by the client, but with a schema that only its provider's models know (bash, text_editor, local_shell …); expanded from a table elsewhere.</summary>
    ClientTyped,

    /// <summary>Run by the provider: web search.</summary>
    WebSearch,

    /// <summary>Run by the provider: fetching a page.</summary>
    WebFetch,

    /// <summary>Run by the provider: code.</summary>
    CodeExecution,

    /// <summary>Run by the provider: a server of the Model Context Protocol.</summary>
    Mcp,

    /// <summary>Stands for tools that are not loaded yet (tool search, placeholders): means nothing to another provider.</summary>
    ToolSearch,

    /// <summary>Any other tool that a provider runs itself.</summary>
    OtherServerTool,
}
