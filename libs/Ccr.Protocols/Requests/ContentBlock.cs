using Ccr.Protocols.Json;

namespace Ccr.Protocols.Requests;

/// <summary>A piece of a message. The subtypes are the superset of what the dialects can say.</summary>
public abstract record ContentBlock;

/// <summary>Text; with the marker of a prompt cache breakpoint where the client set one.</summary>
public sealed record TextBlock(EscapedText Text, RawJson CacheControl = default) : ContentBlock;

/// <summary>An image: base64 <paramref name="Data"/> of a media type, or a <paramref name="Url"/>.</summary>
public sealed record ImageBlock(EscapedText MediaType, EscapedText Data, EscapedText Url) : ContentBlock;

/// <summary>A document: base64 or plain text <paramref name="Data"/> of a media type, or a <paramref name="Url"/>; with its title where it has one.</summary>
public sealed record DocumentBlock(EscapedText MediaType, EscapedText Data, EscapedText Url, EscapedText Title) : ContentBlock;

/// <summary>Visible reasoning of an earlier turn with the signature that its provider wants back.</summary>
public sealed record ThinkingBlock(EscapedText Text, EscapedText Signature) : ContentBlock;

/// <summary>Reasoning of an earlier turn that only its provider can read.</summary>
public sealed record RedactedThinkingBlock(EscapedText Data) : ContentBlock;

/// <summary>A call the model made; <paramref name="Input"/> is the arguments' JSON as it was.</summary>
public sealed record ToolUseBlock(EscapedText Id, EscapedText Name, RawJson Input) : ContentBlock;

/// <summary>What a call gave.</summary>
public sealed record ToolResultBlock(EscapedText ToolUseId, IReadOnlyList<ContentBlock> Content, bool IsError) : ContentBlock;

/// <summary>A block that only its own dialect understands: its type and the whole of it.</summary>
public sealed record OpaqueBlock(EscapedText Type, RawJson Raw) : ContentBlock;
