using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>
/// Writes a canonical message as one chat.completion object, for a client that does not stream. Chat has one text, one reasoning and one list of calls
/// where the canonical message has blocks in any order, so each is gathered and written at the end.
/// </summary>
public sealed class ChatCompletionEncoder(IBufferWriter<byte> output, string id, string model, long created, CanonicalRequest? request = null) : IMessageSink
{
    private readonly byte[][] _customNames = ChatStreamEncoder.CustomNames(request);
    private readonly RawJsonWriter _json = new(output);
    private readonly ArrayBufferWriter<byte> _text = new(256);
    private readonly ArrayBufferWriter<byte> _thinking = new();
    private readonly ArrayBufferWriter<byte> _details = new();
    private readonly ArrayBufferWriter<byte> _annotations = new();
    private readonly ArrayBufferWriter<byte> _calls = new();
    private readonly ChatCustomInput _custom = new();
    private readonly List<byte[]> _waiting = [];
    private TokenCounts _usage;
    private long _characters;
    private long _blockStart;
    private int _thinkingStart;
    private int _detailCount;
    private bool _isTool;
    private bool _hasArguments;

    /// <summary>Writes nothing yet.</summary>
    public void Start(ReadOnlySpan<byte> providerId)
    {
    }

    /// <inheritdoc/>
    public void BeginText()
    {
        FlushWaiting(default);
        _isTool = false;
        _blockStart = _characters;
    }

    /// <inheritdoc/>
    public void Text(ReadOnlySpan<byte> escaped)
    {
        _characters += EscapedLength.Count(escaped);
        _text.Write(escaped);
    }

    /// <inheritdoc/>
    public void Citation(in Citation citation)
    {
        var json = new RawJsonWriter(_annotations);
        json.Raw(_annotations.WrittenCount > 0 ? ","u8 : default);
        ChatPieces.WriteAnnotation(json, citation, _blockStart, _characters);
    }

    /// <inheritdoc/>
    public void BeginThinking()
    {
        FlushWaiting(default);
        _isTool = false;
        _thinkingStart = _thinking.WrittenCount;
    }

    /// <inheritdoc/>
    public void Thinking(ReadOnlySpan<byte> escaped) => _thinking.Write(escaped);

    /// <inheritdoc/>
    public void Signature(ReadOnlySpan<byte> escaped)
    {
        if (!escaped.IsEmpty)
        {
            ChatPieces.WriteSignature(NextDetail(), escaped, _thinking.WrittenSpan[_thinkingStart..], _detailCount++);
        }
    }

    /// <inheritdoc/>
    public void RedactedThinking(ReadOnlySpan<byte> escapedData) => _waiting.Add(escapedData.ToArray());

    /// <summary>Writes nothing: Chat Completions has no place for what the provider ran itself; its sources come as annotations.</summary>
    public void ServerTool(in ServerToolUse use)
    {
    }

    /// <inheritdoc/>
    public void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        FlushWaiting(id);
        _isTool = true;
        _hasArguments = false;
        _custom.Begin(ChatStreamEncoder.IsCustom(_customNames, escapedName));
        var json = new RawJsonWriter(_calls);
        json.Raw(_calls.WrittenCount > 0 ? ",{\"id\":\""u8 : "{\"id\":\""u8);
        json.Raw(id);
        json.Raw(_custom.IsOpen ? "\",\"type\":\"custom\",\"custom\":{\"name\":\""u8 : "\",\"type\":\"function\",\"function\":{\"name\":\""u8);
        json.Raw(escapedName);
        json.Raw(_custom.IsOpen ? "\",\"input\":\""u8 : "\",\"arguments\":\""u8);
    }

    /// <inheritdoc/>
    public void ToolInput(ReadOnlySpan<byte> escaped)
    {
        if (_custom.IsOpen)
        {
            _custom.Add(escaped);
            return;
        }

        _hasArguments = true;
        _calls.Write(escaped);
    }

    /// <inheritdoc/>
    public void EndBlock()
    {
        if (!_isTool)
        {
            return;
        }

        _isTool = false;
        var json = new RawJsonWriter(_calls);
        if (_custom.IsOpen)
        {
            _custom.WriteInput(json);
        }
        else if (!_hasArguments)
        {
            // P22: clients parse the arguments, and "" is no JSON.
            json.Raw("{}"u8);
        }

        json.Raw("\"}}"u8);
    }

    /// <inheritdoc/>
    public void Usage(in TokenCounts counts) => _usage = counts;

    /// <inheritdoc/>
    public void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence)
    {
        FlushWaiting(default);
        _json.Raw("{\"id\":"u8);
        _json.Quoted(id);
        _json.Raw(",\"object\":\"chat.completion\",\"created\":"u8);
        _json.Number(created);
        _json.Raw(",\"model\":"u8);
        _json.Quoted(model);
        _json.Raw(",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"u8);
        var hasCalls = _calls.WrittenCount > 0;
        if (hasCalls && _text.WrittenCount == 0)
        {
            _json.Raw("null"u8);
        }
        else
        {
            // P194: never null without calls, be there no text at all.
            _json.Escaped(_text.WrittenSpan);
        }

        _json.Raw(",\"refusal\":null"u8);
        if (_thinking.WrittenCount > 0)
        {
            _json.Raw(",\"reasoning_content\":"u8);
            _json.Escaped(_thinking.WrittenSpan);
        }

        List(",\"reasoning_details\":["u8, _details);
        List(",\"annotations\":["u8, _annotations);
        List(",\"tool_calls\":["u8, _calls);
        _json.Raw("},\"logprobs\":null,\"finish_reason\":\""u8);
        _json.Raw(ChatUsage.Word(reason, hasCalls));
        _json.Raw("\"}],\"usage\":"u8);
        ChatUsage.Write(_json, _usage);
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

    private void FlushWaiting(ReadOnlySpan<byte> callId)
    {
        foreach (var data in _waiting)
        {
            ChatPieces.WriteEncrypted(NextDetail(), data, callId, _detailCount++);
        }

        _waiting.Clear();
    }

    private RawJsonWriter NextDetail()
    {
        var json = new RawJsonWriter(_details);
        json.Raw(_details.WrittenCount > 0 ? ","u8 : default);
        return json;
    }

    private void List(ReadOnlySpan<byte> name, ArrayBufferWriter<byte> entries)
    {
        if (entries.WrittenCount > 0)
        {
            _json.Raw(name);
            _json.Raw(entries.WrittenSpan);
            _json.Raw("]"u8);
        }
    }
}
