using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>Writes a canonical message as one Response object, for a client that does not stream: the last event's object and nothing else.</summary>
public sealed class ResponseEncoder(IBufferWriter<byte> output, string responseId, string model, long createdAt, CanonicalRequest request) : IMessageSink
{
    private readonly ResponsesStreamEncoder _inner = new(output, responseId, model, createdAt, request, streams: false);

    /// <summary>The output items as a JSON array, after End: what a stored response must keep.</summary>
    public ReadOnlyMemory<byte> OutputItems => _inner.OutputItems;

    /// <summary>The finished response object, after End; empty when there was none.</summary>
    public ReadOnlyMemory<byte> FinalResponse() => _inner.FinalResponse();

    /// <inheritdoc/>
    public void Start(ReadOnlySpan<byte> providerId) => _inner.Start(providerId);

    /// <inheritdoc/>
    public void BeginText() => _inner.BeginText();

    /// <inheritdoc/>
    public void Text(ReadOnlySpan<byte> escaped) => _inner.Text(escaped);

    /// <inheritdoc/>
    public void Citation(in Citation citation) => _inner.Citation(citation);

    /// <inheritdoc/>
    public void BeginThinking() => _inner.BeginThinking();

    /// <inheritdoc/>
    public void Thinking(ReadOnlySpan<byte> escaped) => _inner.Thinking(escaped);

    /// <inheritdoc/>
    public void Signature(ReadOnlySpan<byte> escaped) => _inner.Signature(escaped);

    /// <inheritdoc/>
    public void RedactedThinking(ReadOnlySpan<byte> escapedData) => _inner.RedactedThinking(escapedData);

    /// <inheritdoc/>
    public void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName) => _inner.BeginToolUse(id, escapedName);

    /// <inheritdoc/>
    public void ToolInput(ReadOnlySpan<byte> escaped) => _inner.ToolInput(escaped);

    /// <inheritdoc/>
    public void ServerTool(in ServerToolUse use) => _inner.ServerTool(use);

    /// <inheritdoc/>
    public void EndBlock() => _inner.EndBlock();

    /// <inheritdoc/>
    public void Usage(in TokenCounts counts) => _inner.Usage(counts);

    /// <inheritdoc/>
    public void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence) => _inner.End(reason, escapedStopSequence);

    /// <summary>Writes nothing: a client that does not stream gets an error answer instead of this body.</summary>
    public void Error(ProviderError error)
    {
    }

    /// <summary>Writes nothing: one document has no signs of life.</summary>
    public void Alive()
    {
    }
}
