using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;
using Ccr.Protocols.Sse;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>
/// Writes a canonical message as Responses' event stream: items one after the other, each added, filled and done, sequence numbers without gaps, one
/// response id throughout (P199), and the whole output again at the end. A text delta is copied, never unescaped.
/// </summary>
public sealed partial class ResponsesStreamEncoder : IStreamEncoder
{
    private const int MaxIdSuffix = 40;

    private readonly RawJsonWriter _json;
    private readonly IBufferWriter<byte> _output;
    private readonly bool _streams;
    private byte[] _responseId;
    private readonly byte[] _idSuffix;
    private readonly byte[] _model;
    private readonly long _createdAt;
    private readonly ResponsesEcho _echo;

    // The output array as it grows: the closing events repeat what the deltas said.
    private readonly ArrayBufferWriter<byte> _items = new(4096);
    private readonly RawJsonWriter _itemsJson;
    private byte[] _itemId = new byte[MaxIdSuffix + 32];
    private readonly ArrayBufferWriter<byte> _signature = new(64);
    private readonly ArrayBufferWriter<byte> _annotations = new(64);
    private readonly ArrayBufferWriter<byte> _input = new(256);
    private ResponsesEcho.Tool? _tool;
    private byte[] _callId = [];
    private int _itemIdLength;
    private int _itemStart;
    private int _partStart;
    private int _textStart;
    private int _finishedLength;
    private int _annotationCount;
    private int _citedTo;
    private long _sequence;
    private int _index;
    private Block _open;
    private bool _begun;
    private bool _blockEnded;
    private bool _created;
    private TokenCounts _usage;
    private StopReason? _stop;

    /// <summary>Encodes into a buffer, under our own response id and the model name that the client asked for. What is needed of the request is copied here.</summary>
    public ResponsesStreamEncoder(IBufferWriter<byte> output, string responseId, string model, long createdAt, CanonicalRequest request)
        : this(output, responseId, model, createdAt, request, streams: true)
    {
    }

    internal ResponsesStreamEncoder(IBufferWriter<byte> output, string responseId, string model, long createdAt, CanonicalRequest request, bool streams)
    {
        _output = output;
        _json = new(output);
        _itemsJson = new(_items);
        _streams = streams;
        _responseId = Encoding.ASCII.GetBytes(responseId);
        var suffix = responseId.StartsWith("resp_", StringComparison.Ordinal) ? responseId["resp_".Length..] : responseId;
        _idSuffix = Encoding.ASCII.GetBytes(suffix.Length > MaxIdSuffix ? suffix[^MaxIdSuffix..] : suffix);
        _model = EscapedText.From(model).Span.ToArray();
        _createdAt = createdAt;
        _echo = new(request);
        _itemsJson.Raw("["u8);
        _finishedLength = 1;
    }

    private enum Block
    {
        None,
        Text,
        Thinking,
        Call,
        Custom,
        Shim,
    }

    /// <summary>The output items as a JSON array, after End: what a stored response must keep.</summary>
    public ReadOnlyMemory<byte> OutputItems => _items.WrittenMemory;

    /// <summary>The finished response object, after End; empty when there was none. Written anew, for a store of responses.</summary>
    public ReadOnlyMemory<byte> FinalResponse()
    {
        if (_stop is not { } reason)
        {
            return default;
        }

        var incomplete = Incomplete(reason);
        var output = new ArrayBufferWriter<byte>(_items.WrittenCount + 1024);
        WriteResponse(new(output), incomplete.IsEmpty ? "completed"u8 : "incomplete"u8, incomplete, null, isLast: true);
        return output.WrittenMemory;
    }

    private static ReadOnlySpan<byte> Incomplete(StopReason reason) => reason switch
    {
        StopReason.MaxTokens or StopReason.ContextWindowExceeded or StopReason.PauseTurn => "max_output_tokens"u8,
        StopReason.Refusal => "content_filter"u8,
        _ => default,
    };

    private ReadOnlySpan<byte> ItemId => _itemId.AsSpan(0, _itemIdLength);

    /// <inheritdoc/>
    public void Start(ReadOnlySpan<byte> providerId) => Create();

    /// <inheritdoc/>
    public void BeginText()
    {
        CloseBlock(isCut: false);
        _open = Block.Text;
        _annotations.ResetWrittenCount();
        _annotationCount = _citedTo = 0;
        BeginItem("msg_"u8, "\",\"type\":\"message\",\"role\":\"assistant\",\"content\":["u8);
        _partStart = _items.WrittenCount;
        _itemsJson.Raw("{\"type\":\"output_text\",\"text\":\""u8);
        _textStart = _items.WrittenCount;
        if (!_streams)
        {
            return;
        }

        BeginEvent("response.output_item.added"u8);
        _json.Raw(",\"output_index\":"u8);
        _json.Number(_index);
        _json.Raw(",\"item\":{\"id\":\""u8);
        _json.Raw(ItemId);
        _json.Raw("\",\"type\":\"message\",\"status\":\"in_progress\",\"role\":\"assistant\",\"content\":[]}}\n\n"u8);
        BeginItemEvent("response.content_part.added"u8);
        _json.Raw(",\"content_index\":0,\"part\":{\"type\":\"output_text\",\"text\":\"\",\"annotations\":[],\"logprobs\":[]}}\n\n"u8);
    }

    /// <inheritdoc/>
    public void Text(ReadOnlySpan<byte> escaped)
    {
        _items.Write(escaped);
        Delta("response.output_text.delta"u8, ",\"content_index\":0,\"delta\":\""u8, escaped, "\",\"logprobs\":[]}\n\n"u8);
    }

    /// <inheritdoc/>
    public void Citation(in Citation citation)
    {
        // The dialect counts characters of the text: the citation stands for what came since the last one.
        var end = CountCharacters(_items.WrittenSpan[_textStart..]);
        var start = _citedTo < end ? _citedTo : 0;
        _citedTo = end;
        var at = _annotations.WrittenCount;
        var json = new RawJsonWriter(_annotations);
        json.Raw(at > 0 ? ",{\"type\":\"url_citation\",\"url\":"u8 : "{\"type\":\"url_citation\",\"url\":"u8);
        json.Escaped(citation.Url);
        json.Raw(",\"title\":"u8);
        json.Escaped(citation.Title);
        json.Raw(",\"start_index\":"u8);
        json.Number(start);
        json.Raw(",\"end_index\":"u8);
        json.Number(end);
        json.Raw("}"u8);
        if (_streams)
        {
            BeginItemEvent("response.output_text.annotation.added"u8);
            _json.Raw(",\"content_index\":0,\"annotation_index\":"u8);
            _json.Number(_annotationCount);
            _json.Raw(",\"annotation\":"u8);
            _json.Raw(_annotations.WrittenSpan[(at > 0 ? at + 1 : 0)..]);
            _json.Raw("}\n\n"u8);
        }

        _annotationCount++;
    }

    /// <inheritdoc/>
    public void BeginThinking()
    {
        CloseBlock(isCut: false);
        _open = Block.Thinking;
        _begun = false;
        _signature.ResetWrittenCount();
    }

    /// <inheritdoc/>
    public void Thinking(ReadOnlySpan<byte> escaped)
    {
        BeginReasoning();
        _items.Write(escaped);
        Delta("response.reasoning_summary_text.delta"u8, ",\"summary_index\":0,\"delta\":\""u8, escaped, "\"}\n\n"u8);
    }

    /// <inheritdoc/>
    public void Signature(ReadOnlySpan<byte> escaped)
    {
        _signature.ResetWrittenCount();
        _signature.Write(Seal(escaped));
    }

    /// <inheritdoc/>
    public void RedactedThinking(ReadOnlySpan<byte> escapedData)
    {
        CloseBlock(isCut: false);
        BeginItem("rs_"u8, "\",\"type\":\"reasoning\",\"summary\":[],\"encrypted_content\":"u8);
        if (_streams)
        {
            AddedReasoning();
        }

        // No summary at all: on its way back that tells it from reasoning whose words were left out.
        _itemsJson.Escaped(Seal(escapedData));
        _itemsJson.Raw("}"u8);
        FinishItem(isDone: true);
    }

    /// <inheritdoc/>
    public void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        CloseBlock(isCut: false);
        _input.ResetWrittenCount();
        _tool = _echo.Find(escapedName);
        if (_tool?.Shim is not null)
        {
            // Its item is written whole at the end, when what to do is known.
            _open = Block.Shim;
            _callId = id.ToArray();
            return;
        }

        var isCustom = _tool is { IsCustom: true };
        _open = isCustom ? Block.Custom : Block.Call;
        BeginItem(isCustom ? "ctc_"u8 : "fc_"u8, isCustom ? "\",\"type\":\"custom_tool_call\",\"call_id\":\""u8 : "\",\"type\":\"function_call\",\"call_id\":\""u8);
        _itemsJson.Raw(id);
        _itemsJson.Raw("\",\"name\":"u8);
        _itemsJson.Escaped(_tool is { LocalName.Length: > 0 } ? _tool.LocalName : escapedName);
        if (_tool is { Namespace.Length: > 0 })
        {
            _itemsJson.Raw(",\"namespace\":"u8);
            _itemsJson.Escaped(_tool.Namespace);
        }

        _itemsJson.Raw(isCustom ? ",\"input\":\""u8 : ",\"arguments\":\""u8);
        _textStart = _items.WrittenCount;
        if (_streams)
        {
            BeginEvent("response.output_item.added"u8);
            _json.Raw(",\"output_index\":"u8);
            _json.Number(_index);
            _json.Raw(",\"item\":"u8);
            _json.Raw(_items.WrittenSpan[_itemStart..]);
            _json.Raw("\",\"status\":\"in_progress\"}}\n\n"u8);
        }
    }

    /// <inheritdoc/>
    public void ToolInput(ReadOnlySpan<byte> escaped)
    {
        if (_open != Block.Call)
        {
            _input.Write(escaped);
            return;
        }

        _items.Write(escaped);
        Delta("response.function_call_arguments.delta"u8, ",\"delta\":\""u8, escaped, "\"}\n\n"u8);
    }

    /// <inheritdoc/>
    public void ServerTool(in ServerToolUse use)
    {
        if (use.Kind is ServerToolKind.WebSearch or ServerToolKind.WebFetch)
        {
            CloseBlock(isCut: false);
            WriteSearch(use);
        }
    }

    /// <summary>The block's closing events wait for the next call: only that tells whether the model was cut off in it.</summary>
    public void EndBlock() => _blockEnded = true;

    /// <inheritdoc/>
    public void Usage(in TokenCounts counts) => _usage = counts;

    /// <inheritdoc/>
    public void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence)
    {
        var isLimit = reason is StopReason.MaxTokens or StopReason.ContextWindowExceeded;
        CloseBlock(isLimit);
        _itemsJson.Raw("]"u8);
        var incomplete = Incomplete(reason);
        _stop = reason;
        if (_streams)
        {
            BeginEvent(incomplete.IsEmpty ? "response.completed"u8 : "response.incomplete"u8);
            _json.Raw(",\"response\":"u8);
        }

        WriteResponse(_json, incomplete.IsEmpty ? "completed"u8 : "incomplete"u8, incomplete, null, isLast: true);
        if (_streams)
        {
            _json.Raw("}\n\n"u8);
        }
    }

    /// <inheritdoc/>
    public void Error(ProviderError error)
    {
        if (!_streams)
        {
            return;
        }

        Create();
        BeginEvent("response.failed"u8);
        _json.Raw(",\"response\":"u8);
        WriteResponse(_json, "failed"u8, default, error, isLast: true);
        _json.Raw("}\n\n"u8);
    }

    /// <summary>Nothing before the message begins, so that an early failure keeps its status; then as <see cref="KeepAlive"/>.</summary>
    public void Alive()
    {
        if (_created)
        {
            KeepAlive();
        }
    }

    /// <summary>The stream's own response.in_progress again: Codex' idle limit does not count comments, and OpenAI's SDK takes no ping (P180).</summary>
    public void KeepAlive()
    {
        if (!_streams)
        {
            return;
        }

        if (!_created)
        {
            Create();
            return;
        }

        Lifecycle("response.in_progress"u8);
    }

    /// <inheritdoc/>
    public void Resume(ReadOnlySpan<byte> answerId, ReadOnlySpan<byte> lastFrame, IReadOnlyList<byte[]> items)
    {
        if (!answerId.IsEmpty)
        {
            _responseId = answerId.ToArray();
        }

        if (LastFrame.Text(lastFrame, "type") == "response.output_item.done")
        {
            // The provider has closed the item already.
            CloseBlock(isCut: false);
        }

        // In the middle of an item its id stays: the libraries find the text that grows by it.
        var isInText = _open == Block.Text && !_blockEnded;
        TakeItems(items, isInText ? LastFrame.Text(lastFrame, "item_id") : null);
        if (LastFrame.Number(lastFrame, "sequence_number") is { } sequence)
        {
            _sequence = sequence + 1;
        }
    }

    private static byte[] SealAnthropic(ReadOnlySpan<byte> escaped) =>
        new ReasoningEnvelope { Origin = Dialect.Anthropic, Data = EscapedText.Unescape(escaped) }.Seal();

    /// <summary>A bare signature is Anthropic's own and is sealed, so that it is known when it comes back.</summary>
    private static ReadOnlySpan<byte> Seal(ReadOnlySpan<byte> escaped) =>
        escaped.IsEmpty || ReasoningEnvelope.IsEnvelope(escaped) ? escaped : SealAnthropic(escaped);

    private static int CountCharacters(ReadOnlySpan<byte> escaped)
    {
        var count = 0;
        for (var i = 0; i < escaped.Length; i++)
        {
            var b = escaped[i];
            if (b == '\\' && i + 1 < escaped.Length)
            {
                // The low half of an escaped surrogate pair belongs to the character before it.
                var isLowHalf = escaped[i + 1] == 'u' && i + 3 < escaped.Length && (escaped[i + 2] | 0x20) == 'd' && (escaped[i + 3] | 0x20) is >= 'c' and <= 'f';
                count += isLowHalf ? 0 : 1;
                i += escaped[i + 1] == 'u' ? 5 : 1;
            }
            else if ((b & 0xC0) != 0x80)
            {
                count++;
            }
        }

        return count;
    }

    private void Create()
    {
        if (_created)
        {
            return;
        }

        _created = true;
        if (_streams)
        {
            Lifecycle("response.created"u8);
            Lifecycle("response.in_progress"u8);
        }
    }

    private void Lifecycle(ReadOnlySpan<byte> name)
    {
        BeginEvent(name);
        _json.Raw(",\"response\":"u8);
        WriteResponse(_json, "in_progress"u8, default, null, isLast: false);
        _json.Raw("}\n\n"u8);
    }

    private void WriteResponse(RawJsonWriter json, ReadOnlySpan<byte> status, ReadOnlySpan<byte> incomplete, ProviderError? error, bool isLast)
    {
        json.Raw("{\"id\":\""u8);
        json.Raw(_responseId);
        json.Raw("\",\"object\":\"response\",\"created_at\":"u8);
        json.Number(_createdAt);
        json.Raw(",\"status\":\""u8);
        json.Raw(status);
        json.Raw("\",\"background\":false,\"error\":"u8);
        if (error is null)
        {
            json.Raw("null"u8);
        }
        else
        {
            json.Raw("{\"code\":"u8);
            json.Quoted(ResponsesErrors.Code(error));
            json.Raw(",\"message\":"u8);
            json.Quoted(ResponsesErrors.Message(error));
            json.Raw("}"u8);
        }

        json.Raw(",\"incomplete_details\":"u8);
        if (incomplete.IsEmpty)
        {
            json.Raw("null"u8);
        }
        else
        {
            json.Raw("{\"reason\":\""u8);
            json.Raw(incomplete);
            json.Raw("\"}"u8);
        }

        json.Raw(",\"model\":"u8);
        json.Escaped(_model);
        json.Raw(",\"output\":"u8);
        if (!isLast)
        {
            json.Raw("[]"u8);
        }
        else if (error is null)
        {
            json.Raw(_items.WrittenSpan);
        }
        else
        {
            json.Raw(_items.WrittenSpan[.._finishedLength]);
            json.Raw("]"u8);
        }

        json.Raw(",\"usage\":"u8);
        if (isLast && error is null)
        {
            ResponsesUsage.Write(json, _usage);
        }
        else
        {
            json.Raw("null"u8);
        }

        json.Raw(",\"truncation\":\"disabled\",\"user\":null,"u8);
        json.Raw(isLast ? _echo.Fields.Span : ResponsesEcho.Short);
        json.Raw("}"u8);
    }

    private void BeginEvent(ReadOnlySpan<byte> name)
    {
        _json.Raw("event: "u8);
        _json.Raw(name);
        _json.Raw("\ndata: {\"type\":\""u8);
        _json.Raw(name);
        _json.Raw("\",\"sequence_number\":"u8);
        _json.Number(_sequence++);
    }

    private void BeginItemEvent(ReadOnlySpan<byte> name)
    {
        BeginEvent(name);
        _json.Raw(",\"item_id\":\""u8);
        _json.Raw(ItemId);
        _json.Raw("\",\"output_index\":"u8);
        _json.Number(_index);
    }

    private void Delta(ReadOnlySpan<byte> name, ReadOnlySpan<byte> head, ReadOnlySpan<byte> escaped, ReadOnlySpan<byte> tail)
    {
        if (!_streams)
        {
            return;
        }

        // One reservation for the whole event: this is the hot path.
        const int room = 160;
        var span = _output.GetSpan(room + (2 * name.Length) + _itemIdLength + head.Length + escaped.Length + tail.Length);
        var at = 0;
        Put(span, ref at, "event: "u8);
        Put(span, ref at, name);
        Put(span, ref at, "\ndata: {\"type\":\""u8);
        Put(span, ref at, name);
        Put(span, ref at, "\",\"sequence_number\":"u8);
        Utf8Formatter.TryFormat(_sequence++, span[at..], out var digits);
        at += digits;
        Put(span, ref at, ",\"item_id\":\""u8);
        Put(span, ref at, ItemId);
        Put(span, ref at, "\",\"output_index\":"u8);
        Utf8Formatter.TryFormat(_index, span[at..], out digits);
        at += digits;
        Put(span, ref at, head);
        Put(span, ref at, escaped);
        Put(span, ref at, tail);
        _output.Advance(at);
    }

    private static void Put(Span<byte> span, ref int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(span[at..]);
        at += bytes.Length;
    }
}
