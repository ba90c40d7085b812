using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;

namespace Ccr.ProxyService.Dispatch;

/// <summary>A tap that decodes the answer as a translation would, and throws the words away, or notes them in a journal.</summary>
internal sealed class DecodingTap : IMessageSink, IAnswerTap
{
    private readonly IAnswerDecoder _decoder;

    private readonly IMessageSink? _journal;

    /// <summary>Watches through a decoder, which is made for this sink, and tells a journal, where there is one.</summary>
    public DecodingTap(Func<IMessageSink, IAnswerDecoder> decoder, IMessageSink? journal = null)
    {
        _journal = journal;
        _decoder = decoder(this);
    }

    /// <inheritdoc/>
    public bool HasContent { get; private set; }

    /// <inheritdoc/>
    public bool IsComplete { get; private set; }

    /// <inheritdoc/>
    public ProviderError? Error { get; private set; }

    /// <inheritdoc/>
    public int ToolCalls { get; private set; }

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

    void IMessageSink.Start(ReadOnlySpan<byte> providerId)
    {
        AnswerId = System.Text.Encoding.UTF8.GetString(providerId);
        _journal?.Start(providerId);
    }

    void IMessageSink.BeginText() => _journal?.BeginText();

    void IMessageSink.Text(ReadOnlySpan<byte> escaped)
    {
        HasContent = true;
        _journal?.Text(escaped);
    }

    void IMessageSink.Citation(in Citation citation)
    {
    }

    void IMessageSink.BeginThinking() => _journal?.BeginThinking();

    void IMessageSink.Thinking(ReadOnlySpan<byte> escaped)
    {
        HasContent = true;
        _journal?.Thinking(escaped);
    }

    void IMessageSink.Signature(ReadOnlySpan<byte> escaped)
    {
    }

    void IMessageSink.RedactedThinking(ReadOnlySpan<byte> escapedData) => _journal?.RedactedThinking(escapedData);

    void IMessageSink.BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        HasContent = true;
        ToolCalls++;
        _journal?.BeginToolUse(id, escapedName);
    }

    void IMessageSink.ToolInput(ReadOnlySpan<byte> escaped) => _journal?.ToolInput(escaped);

    void IMessageSink.ServerTool(in ServerToolUse use)
    {
        HasContent = true;
        _journal?.ServerTool(use);
    }

    void IMessageSink.EndBlock() => _journal?.EndBlock();

    void IMessageSink.Usage(in TokenCounts counts)
    {
        Usage = counts;
        _journal?.Usage(counts);
    }

    void IMessageSink.End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence)
    {
        StopReason = AnthropicWords.Stop(reason);
        IsComplete = true;
        HasContent = true;
        _journal?.End(reason, escapedStopSequence);
    }

    void IMessageSink.Error(ProviderError error) => Error = error;

    void IMessageSink.Alive()
    {
    }
}
