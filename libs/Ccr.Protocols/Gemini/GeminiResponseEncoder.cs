using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Gemini;

/// <summary>Writes a canonical message as one Gemini response object, for a client that does not stream.</summary>
public sealed class GeminiResponseEncoder(IBufferWriter<byte> output, string responseId, string model) : IMessageSink
{
    private readonly RawJsonWriter _json = new(output);
    private readonly GeminiAnswerParts _parts = new();
    private byte[] _signature = [];
    private TokenCounts _usage;
    private bool _any;
    private Block _open;

    private enum Block
    {
        Text,
        Thinking,
        Tool,
    }

    /// <inheritdoc/>
    public void Start(ReadOnlySpan<byte> providerId) => _json.Raw("{\"candidates\":[{\"content\":{\"parts\":["u8);

    /// <inheritdoc/>
    public void BeginText()
    {
        FlushSignature();
        Begin(Block.Text, "{\"text\":\""u8);
    }

    /// <inheritdoc/>
    public void Text(ReadOnlySpan<byte> escaped) => _json.Raw(escaped);

    /// <inheritdoc/>
    public void BeginThinking()
    {
        FlushSignature();
        _signature = [];
        Begin(Block.Thinking, "{\"thought\":true,\"text\":\""u8);
    }

    /// <inheritdoc/>
    public void Thinking(ReadOnlySpan<byte> escaped) => _json.Raw(escaped);

    /// <inheritdoc/>
    public void Signature(ReadOnlySpan<byte> escaped)
    {
        if (!_parts.TakeSignature(escaped, isRedacted: false, out var wire, out _))
        {
            _signature = wire;
        }
    }

    /// <inheritdoc/>
    public void RedactedThinking(ReadOnlySpan<byte> escapedData)
    {
        FlushSignature();
        if (!_parts.TakeSignature(escapedData, isRedacted: true, out var wire, out var isNative))
        {
            Separate();
            GeminiAnswerParts.WriteSignaturePart(_json, wire, isThought: !isNative);
        }
    }

    /// <inheritdoc/>
    public void Citation(in Citation citation) => _parts.Note(citation);

    /// <inheritdoc/>
    public void ServerTool(in ServerToolUse use) => _parts.Note(use);

    /// <inheritdoc/>
    public void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        Begin(Block.Tool, default);
        _parts.BeginCall(id, escapedName);
    }

    /// <inheritdoc/>
    public void ToolInput(ReadOnlySpan<byte> escaped) => _parts.Input(escaped);

    /// <inheritdoc/>
    public void EndBlock()
    {
        switch (_open)
        {
            case Block.Tool:
                _parts.WriteCall(_json);
                break;
            case Block.Thinking when _signature.Length > 0:
                _json.Raw("\",\"thoughtSignature\":\""u8);
                _json.Raw(_signature);
                _json.Raw("\"}"u8);
                break;
            default:
                _json.Raw("\"}"u8);
                break;
        }
    }

    /// <inheritdoc/>
    public void Usage(in TokenCounts counts) => _usage = counts;

    /// <inheritdoc/>
    public void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence)
    {
        FlushSignature();
        _json.Raw(_any ? "],\"role\":\"model\"}"u8 : "{\"text\":\"\"}],\"role\":\"model\"}"u8);
        _parts.WriteFinish(_json, reason);
        GeminiAnswerParts.WriteUsage(_json, _usage);
        _json.Raw(",\"modelVersion\":"u8);
        _json.Quoted(model);
        _json.Raw(",\"responseId\":"u8);
        _json.Quoted(responseId);
        _json.Raw("}"u8);
    }

    /// <summary>Writes nothing: a client that does not stream gets an error answer instead of this body.</summary>
    public void Error(ProviderError error)
    {
    }

    /// <summary>Writes nothing: one document has no signs of life.</summary>
    public void Alive()
    {
    }

    private void Begin(Block block, ReadOnlySpan<byte> head)
    {
        Separate();
        _open = block;
        _json.Raw(head);
    }

    private void Separate()
    {
        if (_any)
        {
            _json.Raw(","u8);
        }

        _any = true;
    }

    /// <summary>A signature that waited for a call which did not come.</summary>
    private void FlushSignature()
    {
        if (_parts.TakePending() is { Length: > 0 } pending)
        {
            Separate();
            GeminiAnswerParts.WriteSignaturePart(_json, pending, isThought: false);
        }
    }
}
