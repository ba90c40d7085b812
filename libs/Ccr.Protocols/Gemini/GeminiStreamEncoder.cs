using System.Buffers;
using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Gemini;

/// <summary>
/// Writes a canonical message as a Gemini stream: a whole response object per piece, as server-sent events or as the elements of one JSON array. Calls are
/// written whole, which is all that Gemini's clients know. A piece of text is copied, never unescaped.
/// </summary>
public sealed class GeminiStreamEncoder : IStreamEncoder
{
    private readonly IBufferWriter<byte> _output;
    private readonly RawJsonWriter _json;
    private readonly bool _asArray;
    private readonly byte[] _head;
    private readonly byte[] _thoughtHead;
    private readonly byte[] _tail;
    private readonly byte[] _names;
    private readonly GeminiAnswerParts _parts = new();
    private TokenCounts _usage;
    private bool _anyFrame;
    private Block _open;

    /// <summary>Encodes into a buffer, under our own id and the model name that the client asked for.</summary>
    public GeminiStreamEncoder(IBufferWriter<byte> output, string responseId, string model, bool asArray)
    {
        _output = output;
        _json = new(output);
        _asArray = asArray;
        var names = new ArrayBufferWriter<byte>(128);
        var json = new RawJsonWriter(names);
        json.Raw(",\"modelVersion\":"u8);
        json.Quoted(model);
        json.Raw(",\"responseId\":"u8);
        json.Quoted(responseId);
        json.Raw(asArray ? "}"u8 : "}\n\n"u8);
        _names = names.WrittenSpan.ToArray();
        var begin = (asArray ? "," : "data: ") + "{\"candidates\":[{\"content\":{\"parts\":[";
        _head = Encoding.ASCII.GetBytes(begin + "{\"text\":\"");
        _thoughtHead = Encoding.ASCII.GetBytes(begin + "{\"thought\":true,\"text\":\"");
        _tail = [.. "\"}],\"role\":\"model\"},\"index\":0}]"u8, .. _names];
    }

    private enum Block
    {
        Text,
        Thinking,
        Tool,
    }

    /// <inheritdoc/>
    public void Start(ReadOnlySpan<byte> providerId)
    {
        // Nothing to say: every piece is a whole response by itself.
    }

    /// <inheritdoc/>
    public void BeginText()
    {
        FlushSignature();
        _open = Block.Text;
    }

    /// <inheritdoc/>
    public void Text(ReadOnlySpan<byte> escaped) => Piece(_head, escaped);

    /// <inheritdoc/>
    public void BeginThinking()
    {
        FlushSignature();
        _open = Block.Thinking;
    }

    /// <inheritdoc/>
    public void Thinking(ReadOnlySpan<byte> escaped) => Piece(_thoughtHead, escaped);

    /// <inheritdoc/>
    public void Signature(ReadOnlySpan<byte> escaped)
    {
        if (!_parts.TakeSignature(escaped, isRedacted: false, out var wire, out _))
        {
            SignaturePart(wire, isThought: true);
        }
    }

    /// <inheritdoc/>
    public void RedactedThinking(ReadOnlySpan<byte> escapedData)
    {
        FlushSignature();
        if (!_parts.TakeSignature(escapedData, isRedacted: true, out var wire, out var isNative))
        {
            SignaturePart(wire, isThought: !isNative);
        }
    }

    /// <inheritdoc/>
    public void Citation(in Citation citation) => _parts.Note(citation);

    /// <inheritdoc/>
    public void ServerTool(in ServerToolUse use) => _parts.Note(use);

    /// <inheritdoc/>
    public void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        _open = Block.Tool;
        _parts.BeginCall(id, escapedName);
    }

    /// <inheritdoc/>
    public void ToolInput(ReadOnlySpan<byte> escaped) => _parts.Input(escaped);

    /// <inheritdoc/>
    public void EndBlock()
    {
        if (_open == Block.Tool)
        {
            BeginFrame();
            _parts.WriteCall(_json);
            EndFrame();
        }

        _open = Block.Text;
    }

    /// <inheritdoc/>
    public void Usage(in TokenCounts counts) => _usage = counts;

    /// <inheritdoc/>
    public void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence)
    {
        FlushSignature();
        BeginFrame();
        _json.Raw("{\"text\":\"\"}],\"role\":\"model\"}"u8);
        _parts.WriteFinish(_json, reason);
        GeminiAnswerParts.WriteUsage(_json, _usage);
        _json.Raw(_names);
        if (_asArray)
        {
            _json.Raw("]"u8);
        }
    }

    /// <inheritdoc/>
    public void Error(ProviderError error)
    {
        _json.Raw(!_asArray ? "data: "u8 : _anyFrame ? ","u8 : "["u8);
        GeminiErrors.WriteBody(_output, error);
        _json.Raw(_asArray ? "]"u8 : "\n\n"u8);
    }

    /// <summary>Writes nothing: what a provider's ping would become is only due when nothing else keeps the client waiting.</summary>
    public void Alive()
    {
    }

    /// <summary>A piece of text without text. Google's library takes nothing but data lines: a comment stops it for good.</summary>
    public void KeepAlive()
    {
        if (_asArray)
        {
            _json.Raw("\n"u8);
        }
        else
        {
            Piece(_head, default);
        }
    }

    /// <summary>Takes over nothing: every piece is a whole response by itself. An array that was begun goes on.</summary>
    public void Resume(ReadOnlySpan<byte> answerId, ReadOnlySpan<byte> lastFrame, IReadOnlyList<byte[]> items) => _anyFrame = true;

    private void Piece(byte[] head, ReadOnlySpan<byte> escaped)
    {
        // One reservation for the whole event: this is the hot path.
        var span = _output.GetSpan(head.Length + escaped.Length + _tail.Length);
        head.CopyTo(span);
        if (_asArray && !_anyFrame)
        {
            span[0] = (byte)'[';
        }

        _anyFrame = true;
        escaped.CopyTo(span[head.Length..]);
        _tail.CopyTo(span[(head.Length + escaped.Length)..]);
        _output.Advance(head.Length + escaped.Length + _tail.Length);
    }

    /// <summary>A signature that waited for a call which did not come.</summary>
    private void FlushSignature()
    {
        if (_parts.TakePending() is { Length: > 0 } pending)
        {
            SignaturePart(pending, isThought: false);
        }
    }

    private void SignaturePart(ReadOnlySpan<byte> wire, bool isThought)
    {
        BeginFrame();
        GeminiAnswerParts.WriteSignaturePart(_json, wire, isThought);
        EndFrame();
    }

    private void BeginFrame()
    {
        _json.Raw(!_asArray ? "data: "u8 : _anyFrame ? ","u8 : "["u8);
        _anyFrame = true;
        _json.Raw("{\"candidates\":[{\"content\":{\"parts\":["u8);
    }

    private void EndFrame()
    {
        _json.Raw("],\"role\":\"model\"},\"index\":0}]"u8);
        _json.Raw(_names);
    }
}
