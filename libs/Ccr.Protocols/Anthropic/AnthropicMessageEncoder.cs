using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Anthropic;

/// <summary>Writes a canonical message as one Anthropic message object, for a client that does not stream.</summary>
public sealed class AnthropicMessageEncoder(IBufferWriter<byte> output, string messageId, string model) : IMessageSink
{
    private readonly RawJsonWriter _json = new(output);
    private readonly ArrayBufferWriter<byte> _input = new(256);
    private readonly ArrayBufferWriter<byte> _signature = new(64);
    private TokenCounts _usage;
    private readonly ArrayBufferWriter<byte> _citations = new(64);
    private int _blocks;
    private Block _open;

    private enum Block
    {
        Text,
        Thinking,
        Tool,
    }

    /// <inheritdoc/>
    public void Start(ReadOnlySpan<byte> providerId)
    {
        _json.Raw("{\"id\":"u8);
        _json.Quoted(messageId);
        _json.Raw(",\"type\":\"message\",\"role\":\"assistant\",\"model\":"u8);
        _json.Quoted(model);
        _json.Raw(",\"content\":["u8);
    }

    /// <inheritdoc/>
    public void BeginText()
    {
        _citations.ResetWrittenCount();
        Begin(Block.Text, "{\"type\":\"text\",\"text\":\""u8);
    }

    /// <inheritdoc/>
    public void Text(ReadOnlySpan<byte> escaped) => _json.Raw(escaped);

    /// <inheritdoc/>
    public void BeginThinking()
    {
        _signature.ResetWrittenCount();
        Begin(Block.Thinking, "{\"type\":\"thinking\",\"thinking\":\""u8);
    }

    /// <inheritdoc/>
    public void Thinking(ReadOnlySpan<byte> escaped) => _json.Raw(escaped);

    /// <inheritdoc/>
    public void Signature(ReadOnlySpan<byte> escaped)
    {
        _signature.ResetWrittenCount();
        _signature.Write(escaped);
    }

    /// <inheritdoc/>
    public void RedactedThinking(ReadOnlySpan<byte> escapedData)
    {
        Begin(Block.Thinking, "{\"type\":\"redacted_thinking\",\"data\":\""u8);
        _json.Raw(escapedData);
        _json.Raw("\"}"u8);
    }

    /// <inheritdoc/>
    public void Citation(in Citation citation)
    {
        var json = new RawJsonWriter(_citations);
        json.Raw(_citations.WrittenCount > 0 ? ","u8 : "["u8);
        AnthropicBlocks.WriteCitation(json, citation);
    }

    /// <inheritdoc/>
    public void ServerTool(in ServerToolUse use)
    {
        if (use.Kind != ServerToolKind.WebSearch)
        {
            return;
        }

        Begin(Block.Text, default);
        AnthropicBlocks.WriteSearchCall(_json, use, _blocks);
        Begin(Block.Text, default);
        AnthropicBlocks.WriteSearchResult(_json, use, _blocks - 1);
    }

    /// <inheritdoc/>
    public void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        _input.ResetWrittenCount();
        Begin(Block.Tool, "{\"type\":\"tool_use\",\"id\":\""u8);
        _json.Raw(id);
        _json.Raw("\",\"name\":\""u8);
        _json.Raw(escapedName);
        _json.Raw("\",\"input\":"u8);
    }

    /// <inheritdoc/>
    public void ToolInput(ReadOnlySpan<byte> escaped) => _input.Write(escaped);

    /// <inheritdoc/>
    public void EndBlock()
    {
        switch (_open)
        {
            case Block.Text when _citations.WrittenCount > 0:
                _json.Raw("\",\"citations\":"u8);
                _json.Raw(_citations.WrittenSpan);
                _json.Raw("]}"u8);
                break;
            case Block.Text:
                _json.Raw("\"}"u8);
                break;
            case Block.Thinking:
                _json.Raw("\",\"signature\":\""u8);
                _json.Raw(_signature.WrittenSpan);
                _json.Raw("\"}"u8);
                break;
            default:
                ToolInputJson.Write(_json, _input.WrittenSpan);
                _json.Raw(",\"caller\":{\"type\":\"direct\"}}"u8);
                break;
        }
    }

    /// <inheritdoc/>
    public void Usage(in TokenCounts counts) => _usage = counts;

    /// <inheritdoc/>
    public void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence)
    {
        _json.Raw("],\"stop_reason\":\""u8);
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

        _json.Raw(reason == StopReason.Refusal ? ",\"stop_details\":{\"type\":\"refusal\",\"category\":null,\"explanation\":null}"u8 : ",\"stop_details\":null"u8);
        _json.Raw(",\"container\":null,\"usage\":"u8);
        AnthropicUsage.Write(_json, _usage);
        _json.Raw("}"u8);
    }

    /// <summary>Writes nothing: a client that does not stream gets an error answer instead of this body.</summary>
    public void Error(ProviderError error)
    {
    }

    /// <summary>Writes nothing: one document has no pings.</summary>
    public void Alive()
    {
    }

    private void Begin(Block block, ReadOnlySpan<byte> head)
    {
        if (_blocks++ > 0)
        {
            _json.Raw(","u8);
        }

        _open = block;
        _json.Raw(head);
    }
}
