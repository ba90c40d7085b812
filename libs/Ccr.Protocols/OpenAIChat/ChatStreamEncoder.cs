using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;
using Ccr.Protocols.Sse;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>
/// Writes a canonical message as a Chat Completions stream, strict enough for the accumulators of OpenAI's own SDKs: the role in the first chunk, dense tool
/// indexes, a known finish reason, [DONE]; or an error object and nothing after it. A text delta is copied, never unescaped.
/// </summary>
public sealed class ChatStreamEncoder : IStreamEncoder
{
    private readonly IBufferWriter<byte> _output;
    private readonly RawJsonWriter _json;
    private readonly byte[][] _customNames;
    private readonly bool _includeUsage;
    private byte[] _head = [];
    private byte[] _contentHead = [];
    private byte[] _reasoningHead = [];
    private readonly ChatCustomInput _custom = new();
    private readonly List<byte[]> _waiting = [];
    private TokenCounts _usage;
    private long _characters;
    private long _blockStart;
    private int _calls;
    private int _details;
    private bool _isTool;
    private bool _hasArguments;

    /// <summary>
    /// Encodes into a buffer, under our own id, the model name that the client asked for and the time in Unix seconds. The request, where given, tells which
    /// tools are custom ones, whose calls have another form.
    /// </summary>
    public ChatStreamEncoder(IBufferWriter<byte> output, string id, string model, long created, bool includeUsage, CanonicalRequest? request = null)
    {
        _output = output;
        _json = new(output);
        _customNames = CustomNames(request);
        _includeUsage = includeUsage;
        SetHead(id, model, created);
    }

    private static ReadOnlySpan<byte> DeltaHead => "{\"index\":0,\"delta\":{"u8;

    private static ReadOnlySpan<byte> DeltaTail => "},\"finish_reason\":null}]}\n\n"u8;

    private void SetHead(string id, string model, long created)
    {
        var head = new ArrayBufferWriter<byte>(192);
        var json = new RawJsonWriter(head);
        json.Raw("data: {\"id\":"u8);
        json.Quoted(id);
        json.Raw(",\"object\":\"chat.completion.chunk\",\"created\":"u8);
        json.Number(created);
        json.Raw(",\"model\":"u8);
        json.Quoted(model);
        json.Raw(",\"choices\":["u8);
        _head = head.WrittenSpan.ToArray();
        _contentHead = [.. _head, .. "{\"index\":0,\"delta\":{\"content\":\""u8];
        _reasoningHead = [.. _head, .. "{\"index\":0,\"delta\":{\"reasoning_content\":\""u8];
    }

    /// <inheritdoc/>
    public void Start(ReadOnlySpan<byte> providerId)
    {
        // P198: without a role anywhere the SDKs refuse the whole answer.
        BeginDelta("\"role\":\"assistant\",\"content\":\"\""u8);
        _json.Raw(DeltaTail);
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
        Delta(_contentHead, escaped);
    }

    /// <inheritdoc/>
    public void Citation(in Citation citation)
    {
        BeginDelta("\"annotations\":["u8);
        ChatPieces.WriteAnnotation(_json, citation, _blockStart, _characters);
        _json.Raw("]"u8);
        _json.Raw(DeltaTail);
    }

    /// <inheritdoc/>
    public void BeginThinking()
    {
        FlushWaiting(default);
        _isTool = false;
    }

    /// <inheritdoc/>
    public void Thinking(ReadOnlySpan<byte> escaped) => Delta(_reasoningHead, escaped);

    /// <inheritdoc/>
    public void Signature(ReadOnlySpan<byte> escaped)
    {
        if (escaped.IsEmpty)
        {
            return;
        }

        // Without the text: clients that read both fields would show it twice.
        BeginDelta("\"reasoning_details\":["u8);
        ChatPieces.WriteSignature(_json, escaped, default, _details++);
        _json.Raw("]"u8);
        _json.Raw(DeltaTail);
    }

    /// <summary>Waits for what follows: before a call it carries that call's id, so that it can be put there again.</summary>
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
        _custom.Begin(IsCustom(_customNames, escapedName));
        BeginCall();
        _json.Raw(",\"id\":\""u8);
        _json.Raw(id);
        _json.Raw(_custom.IsOpen ? "\",\"type\":\"custom\",\"custom\":{\"name\":\""u8 : "\",\"type\":\"function\",\"function\":{\"name\":\""u8);
        _json.Raw(escapedName);
        _json.Raw(_custom.IsOpen ? "\",\"input\":\"\"}}]"u8 : "\",\"arguments\":\"\"}}]"u8);
        _json.Raw(DeltaTail);
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
        Arguments(escaped);
    }

    /// <inheritdoc/>
    public void EndBlock()
    {
        if (!_isTool)
        {
            return;
        }

        _isTool = false;
        if (_custom.IsOpen)
        {
            BeginCall();
            _json.Raw(",\"custom\":{\"input\":\""u8);
            _custom.WriteInput(_json);
            _json.Raw("\"}}]"u8);
            _json.Raw(DeltaTail);
        }
        else if (!_hasArguments)
        {
            // P22: clients parse the arguments, and "" is no JSON.
            Arguments("{}"u8);
        }

        _calls++;
    }

    /// <inheritdoc/>
    public void Usage(in TokenCounts counts) => _usage = counts;

    /// <inheritdoc/>
    public void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence)
    {
        FlushWaiting(default);
        _json.Raw(_head);
        _json.Raw("{\"index\":0,\"delta\":{},\"finish_reason\":\""u8);
        _json.Raw(ChatUsage.Word(reason, _calls > 0));
        _json.Raw("\"}]}\n\n"u8);
        if (_includeUsage)
        {
            _json.Raw(_head);
            _json.Raw("],\"usage\":"u8);
            ChatUsage.Write(_json, _usage);
            _json.Raw("}\n\n"u8);
        }

        _json.Raw("data: [DONE]\n\n"u8);
    }

    /// <summary>Writes the error object, upon which the SDKs throw, and no [DONE], which would tell others that all is well.</summary>
    public void Error(ProviderError error)
    {
        _json.Raw("data: "u8);
        OpenAIErrors.WriteBody(_output, error);
        _json.Raw("\n\n"u8);
    }

    /// <inheritdoc/>
    public void Alive() => KeepAlive();

    /// <inheritdoc/>
    public void KeepAlive() => _json.Raw(": keep-alive\n\n"u8);

    /// <inheritdoc/>
    public void Resume(ReadOnlySpan<byte> answerId, ReadOnlySpan<byte> lastFrame, IReadOnlyList<byte[]> items)
    {
        if (LastFrame.Text(lastFrame, "id") is { } id && LastFrame.Text(lastFrame, "model") is { } model)
        {
            SetHead(id, model, LastFrame.Number(lastFrame, "created") ?? 0);
        }
    }

    private void FlushWaiting(ReadOnlySpan<byte> callId)
    {
        if (_waiting.Count == 0)
        {
            return;
        }

        BeginDelta("\"reasoning_details\":["u8);
        for (var i = 0; i < _waiting.Count; i++)
        {
            _json.Raw(i > 0 ? ","u8 : default);
            ChatPieces.WriteEncrypted(_json, _waiting[i], callId, _details++);
        }

        _waiting.Clear();
        _json.Raw("]"u8);
        _json.Raw(DeltaTail);
    }

    private void BeginDelta(ReadOnlySpan<byte> first)
    {
        _json.Raw(_head);
        _json.Raw(DeltaHead);
        _json.Raw(first);
    }

    private void BeginCall()
    {
        // P38: a counter of the calls alone, from 0.
        BeginDelta("\"tool_calls\":[{\"index\":"u8);
        _json.Number(_calls);
    }

    private void Arguments(ReadOnlySpan<byte> escaped)
    {
        BeginCall();
        _json.Raw(",\"function\":{\"arguments\":"u8);
        _json.Escaped(escaped);
        _json.Raw("}}]"u8);
        _json.Raw(DeltaTail);
    }

    private void Delta(byte[] head, ReadOnlySpan<byte> escaped)
    {
        var tail = "\"},\"finish_reason\":null}]}\n\n"u8;

        // One reservation for the whole event: this is the hot path.
        var span = _output.GetSpan(head.Length + escaped.Length + tail.Length);
        head.CopyTo(span);
        escaped.CopyTo(span[head.Length..]);
        tail.CopyTo(span[(head.Length + escaped.Length)..]);
        _output.Advance(head.Length + escaped.Length + tail.Length);
    }

    /// <summary>The names of the tools that take free text; copied, because the request's memory is released before the answer ends.</summary>
    internal static byte[][] CustomNames(CanonicalRequest? request) =>
        request is null ? [] : [.. request.Tools.Where(static t => t.Kind == ToolKind.Custom).Select(static t => t.Name.Span.ToArray())];

    /// <summary>Whether a tool is one of them.</summary>
    internal static bool IsCustom(byte[][] names, ReadOnlySpan<byte> escapedName)
    {
        foreach (var name in names)
        {
            if (escapedName.SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }
}
