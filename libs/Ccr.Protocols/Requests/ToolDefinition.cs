using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Requests;

/// <summary>A tool the model may call.</summary>
public sealed record ToolDefinition
{
    /// <summary>What it is.</summary>
    public ToolKind Kind { get; init; }

    /// <summary>Its name, flattened with its namespace where the client's dialect has them ("mcp__echo__say"); what other providers see and call.</summary>
    public EscapedText Name { get; init; }

    /// <summary>The namespace in the client's dialect; empty for most tools.</summary>
    public EscapedText Namespace { get; init; }

    /// <summary>The name within <see cref="Namespace"/>; empty when there is none.</summary>
    public EscapedText LocalName { get; init; }

    /// <summary>What it does; empty when not said.</summary>
    public EscapedText Description { get; init; }

    /// <summary>JSON Schema of the arguments; absent when not said.</summary>
    public RawJson InputSchema { get; init; }

    /// <summary>Whether the schema is to be kept strictly, as spelt; absent when not said.</summary>
    public RawJson Strict { get; init; }

    /// <summary>The marker of a prompt cache breakpoint, in Anthropic's form; absent when not set.</summary>
    public RawJson CacheControl { get; init; }

    /// <summary>The dialect's own type word ("web_search_20250305", "local_shell"); empty for functions.</summary>
    public EscapedText Type { get; init; }

    /// <summary>The whole declaration as the client wrote it; an encoder of that dialect may write it as it was.</summary>
    public RawJson Raw { get; init; }

    /// <summary>The dialect of <see cref="Raw"/>.</summary>
    public Dialect Dialect { get; init; }

    /// <summary>True when the client runs it, so that any provider can be told of it.</summary>
    public bool IsClientTool => Kind is ToolKind.Function or ToolKind.Custom or ToolKind.ClientTyped;
}
