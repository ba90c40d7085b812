using Ccr.Protocols.Errors;

namespace Ccr.Protocols.Canonical;

/// <summary>
/// One assistant message as a series of calls: what every decoder produces and every encoder takes. Texts are escaped JSON string contents in
/// UTF-8, valid only during the call.
/// <code>
/// Start ( block | Usage | Alive )* ( End | Error )      nothing after the last
/// block := BeginText ( Text | Citation )* EndBlock
///        | BeginThinking Thinking* Signature? EndBlock
///        | BeginToolUse ToolInput* EndBlock
///        | RedactedThinking | ServerTool
/// </code>
/// </summary>
public interface IMessageSink
{
    /// <summary>The message begins; exactly once, before everything but <see cref="Alive"/> and <see cref="Error"/>.</summary>
    void Start(ReadOnlySpan<byte> providerId);

    /// <summary>A text block begins.</summary>
    void BeginText();

    /// <summary>A piece of the open text block; never empty.</summary>
    void Text(ReadOnlySpan<byte> escaped);

    /// <summary>A source for what the open text block says.</summary>
    void Citation(in Citation citation);

    /// <summary>A block of visible reasoning begins.</summary>
    void BeginThinking();

    /// <summary>A piece of the open thinking block; never empty.</summary>
    void Thinking(ReadOnlySpan<byte> escaped);

    /// <summary>The signature of the open thinking block, whole: Anthropic's own, or another provider's in a <see cref="ReasoningEnvelope"/>.</summary>
    void Signature(ReadOnlySpan<byte> escaped);

    /// <summary>A whole block of reasoning that only its provider can read: Anthropic's own data, or another provider's in a <see cref="ReasoningEnvelope"/>.</summary>
    void RedactedThinking(ReadOnlySpan<byte> escapedData);

    /// <summary>A tool call begins; the id is unique in the message and legal everywhere.</summary>
    void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName);

    /// <summary>A piece of the open call's arguments: JSON text, escaped once more as the content of a string.</summary>
    void ToolInput(ReadOnlySpan<byte> escaped);

    /// <summary>A whole call of a tool that the provider ran itself, with what it found.</summary>
    void ServerTool(in ServerToolUse use);

    /// <summary>The open block ends.</summary>
    void EndBlock();

    /// <summary>The newest token counts; later ones replace earlier ones.</summary>
    void Usage(in TokenCounts counts);

    /// <summary>The message is complete.</summary>
    void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence);

    /// <summary>The message failed; what was sent stays sent.</summary>
    void Error(ProviderError error);

    /// <summary>The provider gave a sign of life that is no content.</summary>
    void Alive();
}
