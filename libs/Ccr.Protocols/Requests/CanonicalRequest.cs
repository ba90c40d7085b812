using Ccr.Protocols.Json;

namespace Ccr.Protocols.Requests;

/// <summary>A request in neutral terms. Its texts are slices of the client's body, which must live as long as this does.</summary>
public sealed class CanonicalRequest
{
    /// <summary>The model the client asked for.</summary>
    public EscapedText Model { get; internal set; }

    /// <summary>True when the client wants a stream.</summary>
    public bool Stream { get; internal set; }

    /// <summary>The most output tokens wanted; null when not said.</summary>
    public long? MaxTokens { get; internal set; }

    /// <summary>The instructions at the head.</summary>
    public List<ContentBlock> System { get; } = [];

    /// <summary>The conversation.</summary>
    public List<CanonicalMessage> Messages { get; } = [];

    /// <summary>The tools declared.</summary>
    public List<ToolDefinition> Tools { get; } = [];

    /// <summary>Whether a tool must be called.</summary>
    public ToolChoice ToolChoice { get; internal set; }

    /// <summary>The tool for <see cref="ToolChoice.Named"/>.</summary>
    public EscapedText ToolChoiceName { get; internal set; }

    /// <summary>True when at most one call at a time is wanted.</summary>
    public bool DisableParallelTools { get; internal set; }

    /// <summary>Sampling temperature, as spelt.</summary>
    public RawJson Temperature { get; internal set; }

    /// <summary>Nucleus sampling, as spelt.</summary>
    public RawJson TopP { get; internal set; }

    /// <summary>Top-k sampling, as spelt.</summary>
    public RawJson TopK { get; internal set; }

    /// <summary>Texts at which to stop.</summary>
    public List<EscapedText> StopSequences { get; } = [];

    /// <summary>Whether to reason.</summary>
    public ThinkingMode Thinking { get; internal set; }

    /// <summary>The reasoning budget in tokens for <see cref="ThinkingMode.Enabled"/>.</summary>
    public long? ThinkingBudget { get; internal set; }

    /// <summary>The effort word (low … max); empty when not said.</summary>
    public EscapedText Effort { get; internal set; }

    /// <summary>JSON Schema that the answer must fit; absent when none.</summary>
    public RawJson OutputSchema { get; internal set; }

    /// <summary>Fields that only the client's own dialect knows: name and value.</summary>
    public List<KeyValuePair<string, RawJson>> Extensions { get; } = [];
}
