namespace Ccr.Protocols.Canonical;

/// <summary>The kinds of tools that providers run themselves.</summary>
public enum ServerToolKind
{
    /// <summary>A web search.</summary>
    WebSearch,

    /// <summary>A page fetched.</summary>
    WebFetch,

    /// <summary>Code run.</summary>
    CodeExecution,

    /// <summary>Anything else.</summary>
    Other,
}
