using Ccr.Protocols.Errors;

namespace Ccr.Protocols.Canonical;

/// <summary>Hands every call on; the base of sinks that change one thing about a message on its way.</summary>
public abstract class SinkDecorator(IMessageSink next) : IMessageSink
{
    /// <summary>Where the message goes.</summary>
    protected IMessageSink Next { get; } = next;

    /// <inheritdoc/>
    public virtual void Start(ReadOnlySpan<byte> providerId) => Next.Start(providerId);

    /// <inheritdoc/>
    public virtual void BeginText() => Next.BeginText();

    /// <inheritdoc/>
    public virtual void Text(ReadOnlySpan<byte> escaped) => Next.Text(escaped);

    /// <inheritdoc/>
    public virtual void Citation(in Citation citation) => Next.Citation(citation);

    /// <inheritdoc/>
    public virtual void BeginThinking() => Next.BeginThinking();

    /// <inheritdoc/>
    public virtual void Thinking(ReadOnlySpan<byte> escaped) => Next.Thinking(escaped);

    /// <inheritdoc/>
    public virtual void Signature(ReadOnlySpan<byte> escaped) => Next.Signature(escaped);

    /// <inheritdoc/>
    public virtual void RedactedThinking(ReadOnlySpan<byte> escapedData) => Next.RedactedThinking(escapedData);

    /// <inheritdoc/>
    public virtual void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName) => Next.BeginToolUse(id, escapedName);

    /// <inheritdoc/>
    public virtual void ToolInput(ReadOnlySpan<byte> escaped) => Next.ToolInput(escaped);

    /// <inheritdoc/>
    public virtual void ServerTool(in ServerToolUse use) => Next.ServerTool(use);

    /// <inheritdoc/>
    public virtual void EndBlock() => Next.EndBlock();

    /// <inheritdoc/>
    public virtual void Usage(in TokenCounts counts) => Next.Usage(counts);

    /// <inheritdoc/>
    public virtual void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence) => Next.End(reason, escapedStopSequence);

    /// <inheritdoc/>
    public virtual void Error(ProviderError error) => Next.Error(error);

    /// <inheritdoc/>
    public virtual void Alive() => Next.Alive();
}
