namespace Ccr.Protocols.Canonical;

/// <summary>A call that the provider ran itself, such as a web search; all parts escaped, valid only during the call.</summary>
public readonly ref struct ServerToolUse
{
    /// <summary>What kind of tool.</summary>
    public ServerToolKind Kind { get; init; }

    /// <summary>The provider's id of the call; may be empty.</summary>
    public ReadOnlySpan<byte> Id { get; init; }

    /// <summary>What was searched, fetched or run; may be empty.</summary>
    public ReadOnlySpan<byte> EscapedQuery { get; init; }

    /// <summary>A JSON array of {"url","title"} objects: what was found; empty when the provider did not say.</summary>
    public ReadOnlySpan<byte> SourcesJson { get; init; }
}
