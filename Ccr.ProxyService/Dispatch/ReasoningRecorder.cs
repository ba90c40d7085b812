using System.Buffers;
using Ccr.Protocols.Canonical;

namespace Ccr.ProxyService.Dispatch;

/// <summary>Notes the reasoning before each tool call of an answer.</summary>
internal sealed class ReasoningRecorder(IMessageSink next, ReasoningMemory memory) : SinkDecorator(next)
{
    private readonly ArrayBufferWriter<byte> _text = new(256);
    private byte[] _signature = [];

    /// <inheritdoc/>
    public override void Thinking(ReadOnlySpan<byte> escaped)
    {
        _text.Write(escaped);
        base.Thinking(escaped);
    }

    /// <inheritdoc/>
    public override void Signature(ReadOnlySpan<byte> escaped)
    {
        _signature = escaped.ToArray();
        base.Signature(escaped);
    }

    /// <inheritdoc/>
    public override void RedactedThinking(ReadOnlySpan<byte> escapedData)
    {
        _signature = escapedData.ToArray();
        base.RedactedThinking(escapedData);
    }

    /// <inheritdoc/>
    public override void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        // The words are those of the whole turn, but a signature belongs to the first call after it only.
        memory.Keep(id, _text.WrittenSpan, _signature);
        _signature = [];
        base.BeginToolUse(id, escapedName);
    }
}
