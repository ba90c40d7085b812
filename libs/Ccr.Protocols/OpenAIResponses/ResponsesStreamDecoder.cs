using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;
using Ccr.Protocols.Sse;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>
/// Decodes an OpenAI Responses answer, streamed or whole, fed in any pieces, into a canonical message. Text comes from deltas; whatever the closing
/// events hold beyond them is supplied, never twice. Unknown events are ignored.
/// </summary>
public sealed partial class ResponsesStreamDecoder : IAnswerDecoder, ISseHandler
{
    // Parts of a reasoning item's content, apart from those of its summary.
    private const long ContentPart = 1 << 20;

    private readonly SseDecoder _sse = new();
    private readonly ResponsesAssembler _message;
    private readonly IMessageSink _sink;
    private readonly string _provider;
    private bool _isWhole;

    /// <summary>
    /// Decodes for a sink; provider and model are named in envelopes and error texts. Calls of shell and patch tools are the client's to run only when it declared
    /// such a tool; else the provider ran them.
    /// </summary>
    public ResponsesStreamDecoder(IMessageSink sink, string provider, string model, bool runsTypedTools = true)
    {
        _sink = sink;
        _provider = provider;
        _message = new(sink, provider, model) { RunsTypedTools = runsTypedTools };
    }

    /// <inheritdoc/>
    public bool IsFinished => _message.IsFinished;

    /// <inheritdoc/>
    public void Feed(ReadOnlySpan<byte> piece)
    {
        _sse.Feed(piece, this);
        if (_sse.TooLarge)
        {
            _message.Fail(new(ErrorKind.Malformed, 0, $"{_provider} sent an event that is too large."));
        }
    }

    /// <inheritdoc/>
    public void Complete()
    {
        _sse.Complete(this);
        _message.Fail(ProviderError.Cut(_provider));
    }

    /// <inheritdoc/>
    public void DecodeWhole(ReadOnlySpan<byte> json)
    {
        _isWhole = true;
        json = ValidUtf8.Of(json);
        try
        {
            var response = ResponseFields.Read(json);
            if (response.Error.IsEmpty && response.Output.IsEmpty && response.Status.IsEmpty)
            {
                _message.Fail(new(ErrorKind.Malformed, 0, $"The answer of {_provider} holds no response."));
                return;
            }

            OnResponse(response, isFailure: false);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            Malformed();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _sse.Dispose();

    void ISseHandler.OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        if (_message.IsFinished || data.IsEmpty || data.TrimEnd((byte)' ').SequenceEqual("[DONE]"u8))
        {
            return;
        }

        try
        {
            _message.Spoke = false;
            var fields = EventFields.Read(data);
            OnEvent(fields.Type.IsEmpty ? name : fields.Type, fields, data);
            if (!_message.Spoke && !_message.IsFinished)
            {
                _sink.Alive();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            Malformed();
        }
    }

    private static bool Is(ReadOnlySpan<byte> type, ReadOnlySpan<byte> name) => type.SequenceEqual(name);

    private void Malformed() => _message.Fail(new(ErrorKind.Malformed, 0, $"{_provider} sent a piece that is no valid JSON.") { Code = "malformed_chunk" });

    private void OnEvent(ReadOnlySpan<byte> type, in EventFields e, ReadOnlySpan<byte> data)
    {
        if (!type.StartsWith("response."u8))
        {
            if (Is(type, "error"u8) || (type.IsEmpty && e.HasError))
            {
                _message.Fail(ResponsesErrors.Read(data, _provider));
            }

            return;
        }

        type = type["response."u8.Length..];
        if (Is(type, "output_text.delta"u8))
        {
            _message.Append(Item(e, ResponsesItemKind.Message), e.ContentIndex, e.Text);
        }
        else if (Is(type, "function_call_arguments.delta"u8))
        {
            _message.Append(Item(e, ResponsesItemKind.Call), 0, e.Text);
        }
        else if (Is(type, "reasoning_summary_text.delta"u8))
        {
            Reasoning(e, isContent: false, isWhole: false);
        }
        else if (Is(type, "reasoning_text.delta"u8))
        {
            Reasoning(e, isContent: true, isWhole: false);
        }
        else if (Is(type, "output_text.done"u8))
        {
            _message.Supply(Item(e, ResponsesItemKind.Message), e.ContentIndex, e.Text);
        }
        else if (Is(type, "function_call_arguments.done"u8))
        {
            _message.Supply(Item(e, ResponsesItemKind.Call), 0, e.Text);
        }
        else if (Is(type, "reasoning_summary_text.done"u8))
        {
            Reasoning(e, isContent: false, isWhole: true);
        }
        else if (Is(type, "reasoning_text.done"u8))
        {
            Reasoning(e, isContent: true, isWhole: true);
        }
        else if (Is(type, "custom_tool_call_input.delta"u8))
        {
            _message.Append(Item(e, ResponsesItemKind.Custom), 0, e.Text);
        }
        else if (Is(type, "custom_tool_call_input.done"u8))
        {
            _message.Supply(Item(e, ResponsesItemKind.Custom), 0, e.Text);
        }
        else if (Is(type, "refusal.delta"u8))
        {
            _message.SawRefusal |= !e.Text.IsEmpty;
            _message.Append(Item(e, ResponsesItemKind.Message), e.ContentIndex, e.Text);
        }
        else if (Is(type, "refusal.done"u8))
        {
            _message.SawRefusal |= !e.Text.IsEmpty;
            _message.Supply(Item(e, ResponsesItemKind.Message), e.ContentIndex, e.Text);
        }
        else if (Is(type, "output_text.annotation.added"u8))
        {
            ReadAnnotation(Item(e, ResponsesItemKind.Message), e.Annotation);
        }
        else if (Is(type, "output_item.added"u8))
        {
            OnItemAdded(e);
        }
        else if (Is(type, "output_item.done"u8))
        {
            OnItemDone(e);
        }
        else if (Is(type, "created"u8) || Is(type, "in_progress"u8) || Is(type, "queued"u8))
        {
            _message.SetId(ResponseFields.Read(e.Response).Id);
        }
        else if (Is(type, "completed"u8) || Is(type, "incomplete"u8) || Is(type, "done"u8))
        {
            OnResponse(ResponseFields.Read(e.Response), isFailure: false);
        }
        else if (Is(type, "failed"u8) || Is(type, "cancelled"u8) || Is(type, "error"u8))
        {
            var response = ResponseFields.Read(e.Response);
            _message.Fail(ResponsesErrors.Read(response.Error.IsEmpty ? data : response.Error, _provider));
        }
    }

    private void Reasoning(in EventFields e, bool isContent, bool isWhole)
    {
        var item = Item(e, ResponsesItemKind.Reasoning);
        item.ReasoningIsContent ??= e.Text.IsEmpty ? null : isContent;
        if (item.ReasoningIsContent != isContent)
        {
            return;
        }

        var part = isContent ? ContentPart + e.ContentIndex : e.SummaryIndex;
        if (isWhole)
        {
            _message.Supply(item, part, e.Text);
        }
        else
        {
            _message.Append(item, part, e.Text);
        }
    }

    /// <summary>The item an event belongs to; a delta may come without its item ever having been added.</summary>
    private ResponsesItem Item(in EventFields e, ResponsesItemKind kind)
    {
        if (e.OutputIndex >= 0)
        {
            return _message.Find(e.OutputIndex, kind) ?? _message.Add(e.OutputIndex, kind);
        }

        for (var i = _message.Items.Count - 1; i >= 0; i--)
        {
            var item = _message.Items[i];
            if (item.Kind == kind && (e.ItemId.IsEmpty || item.Id.AsSpan().SequenceEqual(e.ItemId)))
            {
                return item;
            }
        }

        return _message.Add(_message.Items.Count, kind);
    }

    private void OnItemAdded(in EventFields e)
    {
        var fields = ItemFields.Read(e.Item);
        var kind = fields.Kind;
        var index = e.OutputIndex >= 0 ? e.OutputIndex : _message.Items.Count;
        var item = _message.Find(index, kind);
        if (item is null || item.IsDone)
        {
            item = _message.Add(index, kind);
        }

        Identify(item, fields);
        item.IsDone |= kind == ResponsesItemKind.Other;
        _message.Advance();
    }

    private void OnItemDone(in EventFields e)
    {
        var fields = ItemFields.Read(e.Item);
        var index = e.OutputIndex >= 0 ? e.OutputIndex : -1;
        var item = index >= 0 ? _message.Find(index, fields.Kind) : ById(fields);
        item ??= _message.Add(index >= 0 ? index : _message.Items.Count, fields.Kind);
        Finish(item, fields);
    }

    private ResponsesItem? ById(in ItemFields fields)
    {
        foreach (var item in _message.Items)
        {
            if (item.Kind == fields.Kind
                && ((!fields.CallId.IsEmpty && item.CallId.AsSpan().SequenceEqual(fields.CallId)) || (!fields.Id.IsEmpty && item.Id.AsSpan().SequenceEqual(fields.Id))))
            {
                return item;
            }
        }

        return null;
    }

    private static void Identify(ResponsesItem item, in ItemFields fields)
    {
        if (!fields.Id.IsEmpty)
        {
            item.Id = fields.Id.ToArray();
        }

        if (!fields.CallId.IsEmpty && !item.IsOpen)
        {
            item.CallId = fields.CallId.ToArray();
        }

        if (!fields.Name.IsEmpty && !item.IsOpen)
        {
            item.Name = fields.Namespace.IsEmpty || fields.Namespace.SequenceEqual("functions"u8) ? fields.Name.ToArray() : ResponsesNames.Flat(fields.Namespace, fields.Name);
        }
    }

    /// <summary>Supplies what of an item did not stream, and ends it.</summary>
    private void Finish(ResponsesItem item, in ItemFields fields)
    {
        if (item.IsDone && item.Kind != ResponsesItemKind.Other)
        {
            return;
        }

        Identify(item, fields);
        switch (item.Kind)
        {
            case ResponsesItemKind.Message:
                SupplyContent(item, fields.Content);
                break;
            case ResponsesItemKind.Reasoning:
                item.Encrypted = fields.Encrypted.ToArray();
                if (item.Encrypted.Length > 0 && ResponsesOriginal.IsNeeded(fields.Raw, fields.Summary, fields.Content))
                {
                    item.Original = fields.Raw.ToArray();
                }

                SupplyReasoning(item, fields);
                break;
            case ResponsesItemKind.Call:
                if (!fields.Input.SequenceEqual("null"u8))
                {
                    _message.Supply(item, 0, fields.InputIsString ? fields.Input : ResponsesText.Escape(fields.Input).Span);
                }

                break;
            case ResponsesItemKind.Custom:
                _message.Supply(item, 0, fields.Input);
                break;
            case ResponsesItemKind.Shim:
                item.CallId = item.CallId.Length == 0 ? item.Id : item.CallId;
                item.Name = ResponsesShim.OfCall(fields.Type)!.Name.Span.ToArray();
                item.Query = ResponsesText.Escape(fields.Action).Bytes.ToArray();
                break;
            case ResponsesItemKind.ServerTool:
                ReadAction(item, fields);
                break;
        }

        _message.Done(item);
    }

    /// <summary>The response as a whole, at the end of a stream or instead of one.</summary>
    private void OnResponse(in ResponseFields response, bool isFailure)
    {
        _message.SetId(response.Id);
        if (!response.Error.IsEmpty)
        {
            _message.Fail(ResponsesErrors.Read(response.Error, _provider));
            return;
        }

        // The answer to a background request is a promise: there is nothing to read yet, and nothing wrong.
        var isPromise = Is(response.Status, "queued"u8) || Is(response.Status, "in_progress"u8);
        if (isPromise && _isWhole)
        {
            _message.End(StopReason.PauseTurn, ResponsesUsage.Read(response.Usage));
            return;
        }

        if (isFailure || isPromise || Is(response.Status, "failed"u8) || Is(response.Status, "cancelled"u8))
        {
            _message.Fail(new(ErrorKind.Server, 0, $"The answer of {_provider} is not complete: its status is '{System.Text.Encoding.UTF8.GetString(response.Status)}'.") { Code = "response_not_complete" });
            return;
        }

        SupplyOutput(response.Output);
        StopReason? limit = !Is(response.Status, "incomplete"u8) && response.IncompleteReason.IsEmpty ? null
            : Is(response.IncompleteReason, "content_filter"u8) ? StopReason.Refusal
            : StopReason.MaxTokens;
        _message.End(limit, ResponsesUsage.Read(response.Usage));
    }

    private void SupplyOutput(ReadOnlySpan<byte> output)
    {
        if (output.IsEmpty || output[0] != '[')
        {
            // Some send no output here, or an empty one: the items came before (P151).
            return;
        }

        var known = _message.Items.Count;
        var reader = new Utf8JsonReader(output);
        reader.Read();
        for (var i = 0; reader.Read() && reader.TokenType == JsonTokenType.StartObject; i++)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var fields = ItemFields.Read(output[start..(int)reader.BytesConsumed]);
            var item = known == 0 ? null : ById(fields) ?? _message.Find(i, fields.Kind) ?? Unfinished(fields);
            if (item is null && known > 0 && fields.Kind is not (ResponsesItemKind.Call or ResponsesItemKind.Custom) && HasKind(fields.Kind))
            {
                // The ids were changed on the way; it streamed under another.
                continue;
            }

            Finish(item ?? _message.Add(i, fields.Kind), fields);
        }
    }

    private ResponsesItem? Unfinished(in ItemFields fields)
    {
        foreach (var item in _message.Items)
        {
            if (item.Kind == fields.Kind && !item.IsDone)
            {
                return item;
            }
        }

        return null;
    }

    private bool HasKind(ResponsesItemKind kind)
    {
        foreach (var item in _message.Items)
        {
            if (item.Kind == kind)
            {
                return true;
            }
        }

        return false;
    }
}
