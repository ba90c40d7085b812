using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;

namespace Ccr.ProxyService.Dispatch;

/// <summary>A tap that decodes the answer as a translation would, and throws the words away.</summary>
internal sealed class DecodingTap : IMessageSink, IAnswerTap
{
    private readonly IAnswerDecoder _decoder;

    /// <summary>Watches through a decoder, which is made for this sink.</summary>
    public DecodingTap(Func<IMessageSink, IAnswerDecoder> decoder) => _decoder = decoder(this);

    /// <inheritdoc/>
    public bool HasContent { get; private set; }

    /// <inheritdoc/>
    public bool IsComplete { get; private set; }

    /// <inheritdoc/>
    public ProviderError? Error { get; private set; }

    /// <inheritdoc/>
    public TokenCounts Usage { get; private set; }

    /// <inheritdoc/>
    public string? StopReason { get; private set; }

    /// <inheritdoc/>
    public string AnswerId { get; private set; } = "";

    /// <inheritdoc/>
    public void Feed(ReadOnlySpan<byte> piece) => _decoder.Feed(piece);

    /// <inheritdoc/>
    public void Complete() => _decoder.Complete();

    /// <inheritdoc/>
    public void ReadWhole(ReadOnlySpan<byte> json) => _decoder.DecodeWhole(json);

    /// <inheritdoc/>
    public void Dispose() => _decoder.Dispose();

    void IMessageSink.Start(ReadOnlySpan<byte> providerId) => AnswerId = System.Text.Encoding.UTF8.GetString(providerId);

    void IMessageSink.BeginText()
    {
    }

    void IMessageSink.Text(ReadOnlySpan<byte> escaped) => HasContent = true;

    void IMessageSink.Citation(in Citation citation)
    {
    }

    void IMessageSink.BeginThinking()
    {
    }

    void IMessageSink.Thinking(ReadOnlySpan<byte> escaped) => HasContent = true;

    void IMessageSink.Signature(ReadOnlySpan<byte> escaped)
    {
    }

    void IMessageSink.RedactedThinking(ReadOnlySpan<byte> escapedData)
    {
    }

    void IMessageSink.BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName) => HasContent = true;

    void IMessageSink.ToolInput(ReadOnlySpan<byte> escaped)
    {
    }

    void IMessageSink.ServerTool(in ServerToolUse use) => HasContent = true;

    void IMessageSink.EndBlock()
    {
    }

    void IMessageSink.Usage(in TokenCounts counts) => Usage = counts;

    void IMessageSink.End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence)
    {
        StopReason = AnthropicWords.Stop(reason);
        IsComplete = true;
        HasContent = true;
    }

    void IMessageSink.Error(ProviderError error) => Error = error;

    void IMessageSink.Alive()
    {
    }
}
