using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Requests;

/// <summary>A piece of a message. The subtypes are the superset of what the dialects can say.</summary>
public abstract record ContentBlock
{
    /// <summary>The marker of a prompt cache breakpoint, in Anthropic's form; absent when the client set none.</summary>
    public RawJson CacheControl { get; init; }

    /// <summary>
    /// The block as the client wrote it, where it says more than these types do (citations, a search result as text …); absent for most. An encoder of
    /// the client's own dialect may write it as it was.
    /// </summary>
    public RawJson Original { get; init; }
}

/// <summary>Text.</summary>
public sealed record TextBlock(EscapedText Text) : ContentBlock
{
    /// <summary>OpenAI's word for what an assistant's text is (commentary, final_answer); Responses wants it back. Empty when not said.</summary>
    public EscapedText Phase { get; init; }
}

/// <summary>An image: base64 <paramref name="Data"/> of a media type, or a <paramref name="Url"/>.</summary>
public sealed record ImageBlock(EscapedText MediaType, EscapedText Data, EscapedText Url) : ContentBlock
{
    /// <summary>OpenAI's word for the resolution wanted; empty when not said.</summary>
    public EscapedText Detail { get; init; }
}

/// <summary>A document: base64 or plain text <paramref name="Data"/> of a media type, or a <paramref name="Url"/>; with its title where it has one.</summary>
public sealed record DocumentBlock(EscapedText MediaType, EscapedText Data, EscapedText Url, EscapedText Title) : ContentBlock;

/// <summary>Sound or moving pictures: base64 <paramref name="Data"/> of a media type such as audio/wav, or a <paramref name="Url"/>.</summary>
public sealed record MediaBlock(EscapedText MediaType, EscapedText Data, EscapedText Url) : ContentBlock;

/// <summary>
/// Visible reasoning of an earlier turn with the signature that its provider wants back: Anthropic's own, or another provider's in a
/// <see cref="ReasoningEnvelope"/>; empty when it had none.
/// </summary>
public sealed record ThinkingBlock(EscapedText Text, EscapedText Signature) : ContentBlock;

/// <summary>Reasoning of an earlier turn that only its provider can read: Anthropic's own data, or another provider's in a <see cref="ReasoningEnvelope"/>.</summary>
public sealed record RedactedThinkingBlock(EscapedText Data) : ContentBlock;

/// <summary>A call the model made; <paramref name="Input"/> is the arguments' JSON as it was. A custom tool's input is {"input": text}.</summary>
public sealed record ToolUseBlock(EscapedText Id, EscapedText Name, RawJson Input) : ContentBlock;

/// <summary>What a call gave.</summary>
public sealed record ToolResultBlock(EscapedText ToolUseId, IReadOnlyList<ContentBlock> Content, bool IsError) : ContentBlock
{
    /// <summary>Gemini's response object as its client wrote it, which an encoder of that dialect sends as it was; absent elsewhere.</summary>
    public RawJson Response { get; init; }
}

/// <summary>A block that only its own dialect understands: its type and the whole of it. An encoder of that dialect writes it as it was.</summary>
public sealed record OpaqueBlock(EscapedText Type, RawJson Raw, Dialect Dialect) : ContentBlock;
