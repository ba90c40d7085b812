using System.Buffers;
using System.Buffers.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;
using Ccr.Protocols.Sse;

namespace Ccr.Protocols.Anthropic;

/// <summary>
/// Writes a canonical message as Anthropic's event stream: message_start, blocks with dense indexes and one open at a time, message_delta,
/// message_stop; or an error event and nothing after it. A text delta is copied, never unescaped.
/// </summary>
public sealed class AnthropicStreamEncoder : IStreamEncoder
{
    private readonly RawJsonWriter _json;
    private readonly IBufferWriter<byte> _output;
    private readonly byte[] _messageId;
    private readonly string _model;
    private readonly string _requestId;
    private TokenCounts _usage;
    private int _index;

    /// <summary>Encodes into a buffer, under our own message id and the model name that the client asked for.</summary>
    public AnthropicStreamEncoder(IBufferWriter<byte> output, string messageId, string model, string requestId)
    {
        _output = output;
        _json = new(output);
        _messageId = System.Text.Encoding.ASCII.GetBytes(messageId);
        _model = model;
        _requestId = requestId;
    }

    /// <inheritdoc/>
    public void Start(ReadOnlySpan<byte> providerId)
    {
        _json.Raw("event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\""u8);
        _json.Raw(_messageId);
        _json.Raw("\",\"type\":\"message\",\"role\":\"assistant\",\"model\":"u8);
        _json.Quoted(_model);
        _json.Raw(",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"stop_details\":null,\"container\":null,\"usage\":"u8);
        AnthropicUsage.Write(_json, _usage);
        _json.Raw("}}\n\n"u8);
    }

    /// <inheritdoc/>
    public void BeginText() => BeginBlock("{\"type\":\"text\",\"text\":\"\"}}\n\n"u8);

    /// <inheritdoc/>
    public void Text(ReadOnlySpan<byte> escaped) => Delta(",\"delta\":{\"type\":\"text_delta\",\"text\":\""u8, escaped);

    /// <inheritdoc/>
    public void BeginThinking() => BeginBlock("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}}\n\n"u8);

    /// <inheritdoc/>
    public void Thinking(ReadOnlySpan<byte> escaped) => Delta(",\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\""u8, escaped);

    /// <inheritdoc/>
    public void Signature(ReadOnlySpan<byte> escaped) => Delta(",\"delta\":{\"type\":\"signature_delta\",\"signature\":\""u8, escaped);

    /// <inheritdoc/>
    public void RedactedThinking(ReadOnlySpan<byte> escapedData)
    {
        BeginBlock("{\"type\":\"redacted_thinking\",\"data\":\""u8);
        _json.Raw(escapedData);
        _json.Raw("\"}}\n\n"u8);
        EndBlock();
    }

    /// <inheritdoc/>
    public void Citation(in Citation citation)
    {
        _json.Raw("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":"u8);
        _json.Number(_index);
        _json.Raw(",\"delta\":{\"type\":\"citations_delta\",\"citation\":"u8);
        AnthropicBlocks.WriteCitation(_json, citation);
        _json.Raw("}}\n\n"u8);
    }

    /// <inheritdoc/>
    public void ServerTool(in ServerToolUse use)
    {
        if (use.Kind != ServerToolKind.WebSearch)
        {
            return;
        }

        BeginBlock(default);
        AnthropicBlocks.WriteSearchCall(_json, use, _index);
        _json.Raw("}\n\n"u8);
        EndBlock();
        BeginBlock(default);
        AnthropicBlocks.WriteSearchResult(_json, use, _index - 1);
        _json.Raw("}\n\n"u8);
        EndBlock();
    }

    /// <inheritdoc/>
    public void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        BeginBlock("{\"type\":\"tool_use\",\"id\":\""u8);
        _json.Raw(id);
        _json.Raw("\",\"name\":\""u8);
        _json.Raw(escapedName);
        // The official .NET library refuses a call that does not say who made it.
        _json.Raw("\",\"input\":{},\"caller\":{\"type\":\"direct\"}}}\n\n"u8);
    }

    /// <inheritdoc/>
    public void ToolInput(ReadOnlySpan<byte> escaped) => Delta(",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\""u8, escaped);

    /// <inheritdoc/>
    public void EndBlock()
    {
        _json.Raw("event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":"u8);
        _json.Number(_index++);
        _json.Raw("}\n\n"u8);
    }

    /// <inheritdoc/>
    public void Usage(in TokenCounts counts) => _usage = counts;

    /// <inheritdoc/>
    public void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence)
    {
        _json.Raw("event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\""u8);
        _json.Raw(AnthropicUsage.Word(reason));
        _json.Raw("\",\"stop_sequence\":"u8);
        if (escapedStopSequence.IsEmpty)
        {
            _json.Raw("null"u8);
        }
        else
        {
            _json.Escaped(escapedStopSequence);
        }

        _json.Raw(reason == StopReason.Refusal ? ",\"stop_details\":{\"type\":\"refusal\",\"category\":null,\"explanation\":null},\"container\":null},\"usage\":"u8 : ",\"stop_details\":null,\"container\":null},\"usage\":"u8);
        AnthropicUsage.Write(_json, _usage);
        _json.Raw("}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"u8);
    }

    /// <inheritdoc/>
    public void Error(ProviderError error)
    {
        _json.Raw("event: error\ndata: "u8);
        AnthropicErrors.WriteBody(_output, error, _requestId);
        _json.Raw("\n\n"u8);
    }

    /// <inheritdoc/>
    public void Alive() => KeepAlive();

    /// <inheritdoc/>
    public void KeepAlive() => _json.Raw("event: ping\ndata: {\"type\":\"ping\"}\n\n"u8);

    /// <inheritdoc/>
    public void Resume(ReadOnlySpan<byte> answerId, ReadOnlySpan<byte> lastFrame, IReadOnlyList<byte[]> items)
    {
        if (LastFrame.Number(lastFrame, "index") is { } index)
        {
            // After a block's end the next one follows; in the middle of one it goes on.
            _index = (int)index + (lastFrame.IndexOf("\"content_block_stop\""u8) >= 0 ? 1 : 0);
        }
    }

    private void BeginBlock(ReadOnlySpan<byte> block)
    {
        _json.Raw("event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":"u8);
        _json.Number(_index);
        _json.Raw(",\"content_block\":"u8);
        _json.Raw(block);
    }

    private void Delta(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> escaped)
    {
        var head = "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":"u8;
        var tail = "\"}}\n\n"u8;

        // One reservation for the whole event: this is the hot path.
        var span = _output.GetSpan(head.Length + 11 + kind.Length + escaped.Length + tail.Length);
        head.CopyTo(span);
        var at = head.Length;
        Utf8Formatter.TryFormat(_index, span[at..], out var digits);
        at += digits;
        kind.CopyTo(span[at..]);
        at += kind.Length;
        escaped.CopyTo(span[at..]);
        at += escaped.Length;
        tail.CopyTo(span[at..]);
        _output.Advance(at + tail.Length);
    }
}
