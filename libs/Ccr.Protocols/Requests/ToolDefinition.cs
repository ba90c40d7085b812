using Ccr.Protocols.Json;

namespace Ccr.Protocols.Requests;

/// <summary>A tool the model may call.</summary>
/// <param name="Type">The provider-defined kind ("web_search_20250305", …); empty for the client's own tools.</param>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does; empty when not said.</param>
/// <param name="InputSchema">JSON Schema of the arguments; absent when not said.</param>
/// <param name="IsDeferredPlaceholder">True for the empty entry that stands for tools not yet loaded.</param>
public sealed record ToolDefinition(EscapedText Type, EscapedText Name, EscapedText Description, RawJson InputSchema, bool IsDeferredPlaceholder)
{
    /// <summary>True when the client executes it, so that any provider can be told of it.</summary>
    public bool IsClientTool => Type.IsEmpty || Type.Span.SequenceEqual("custom"u8);
}
