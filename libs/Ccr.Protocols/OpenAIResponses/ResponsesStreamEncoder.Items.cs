using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>The beginnings and ends of items.</summary>
public sealed partial class ResponsesStreamEncoder
{
    /// <summary>Begins the next item of the output array; its id follows from the response's, so that the same bytes come out whenever the same come in.</summary>
    private void BeginItem(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> head)
    {
        var at = 0;
        if (_itemId.Length < MaxIdSuffix + 32)
        {
            _itemId = new byte[MaxIdSuffix + 32];
        }

        Put(_itemId, ref at, prefix);
        Put(_itemId, ref at, _idSuffix);
        _itemId[at++] = (byte)'_';
        Utf8Formatter.TryFormat(_index, _itemId.AsSpan(at), out var digits);
        _itemIdLength = at + digits;
        if (_index > 0)
        {
            _itemsJson.Raw(","u8);
        }

        _itemStart = _items.WrittenCount;
        _itemsJson.Raw("{\"id\":\""u8);
        _itemsJson.Raw(ItemId);
        _itemsJson.Raw(head);
    }

    /// <summary>Puts the provider's own finished items in the place of ours, and gives the open text item, if there is one, the id by which the client knows it.</summary>
    private void TakeItems(IReadOnlyList<byte[]> items, string? openId)
    {
        var text = openId is null ? [] : _items.WrittenSpan[_textStart..].ToArray();
        _items.ResetWrittenCount();
        _itemsJson.Raw("["u8);
        for (var i = 0; i < items.Count; i++)
        {
            _itemsJson.Raw(i > 0 ? ","u8 : default);
            _itemsJson.Raw(items[i]);
        }

        _finishedLength = _items.WrittenCount;
        _index = items.Count;
        if (openId is null)
        {
            return;
        }

        _itemsJson.Raw(_index > 0 ? ","u8 : default);
        _itemStart = _items.WrittenCount;
        _itemId = Encoding.UTF8.GetBytes(openId);
        _itemIdLength = _itemId.Length;
        _itemsJson.Raw("{\"id\":\""u8);
        _itemsJson.Raw(ItemId);
        _itemsJson.Raw("\",\"type\":\"message\",\"role\":\"assistant\",\"content\":["u8);
        _partStart = _items.WrittenCount;
        _itemsJson.Raw("{\"type\":\"output_text\",\"text\":\""u8);
        _textStart = _items.WrittenCount;
        _itemsJson.Raw(text);
    }

    /// <summary>Closes what the last EndBlock ended.</summary>
    private void CloseBlock(bool isCut)
    {
        if (!_blockEnded)
        {
            return;
        }

        _blockEnded = false;
        var open = _open;
        _open = Block.None;
        switch (open)
        {
            case Block.Text:
                CloseText(isCut);
                break;
            case Block.Thinking:
                CloseThinking();
                break;
            case Block.Call:
                CloseCall(isCut);
                break;
            case Block.Custom:
                CloseCustom(isCut);
                break;
            case Block.Shim:
                CloseShim(isCut);
                break;
        }
    }

    private void CloseText(bool isCut)
    {
        var textEnd = _items.WrittenCount;
        _itemsJson.Raw("\",\"annotations\":["u8);
        _itemsJson.Raw(_annotations.WrittenSpan);
        _itemsJson.Raw("],\"logprobs\":[]}"u8);
        var partEnd = _items.WrittenCount;
        _itemsJson.Raw(isCut ? "],\"status\":\"incomplete\"}"u8 : "],\"status\":\"completed\"}"u8);
        if (_streams)
        {
            BeginItemEvent("response.output_text.done"u8);
            _json.Raw(",\"content_index\":0,\"text\":\""u8);
            _json.Raw(_items.WrittenSpan[_textStart..textEnd]);
            _json.Raw("\",\"logprobs\":[]}\n\n"u8);
            BeginItemEvent("response.content_part.done"u8);
            _json.Raw(",\"content_index\":0,\"part\":"u8);
            _json.Raw(_items.WrittenSpan[_partStart..partEnd]);
            _json.Raw("}\n\n"u8);
        }

        FinishItem(isDone: true);
    }

    private void BeginReasoning()
    {
        if (_begun)
        {
            return;
        }

        _begun = true;
        BeginItem("rs_"u8, "\",\"type\":\"reasoning\",\"summary\":["u8);
        _partStart = _items.WrittenCount;
        _itemsJson.Raw("{\"type\":\"summary_text\",\"text\":\""u8);
        _textStart = _items.WrittenCount;
        if (_streams)
        {
            AddedReasoning();
            BeginItemEvent("response.reasoning_summary_part.added"u8);
            _json.Raw(",\"summary_index\":0,\"part\":{\"type\":\"summary_text\",\"text\":\"\"}}\n\n"u8);
        }
    }

    private void AddedReasoning()
    {
        BeginEvent("response.output_item.added"u8);
        _json.Raw(",\"output_index\":"u8);
        _json.Number(_index);
        _json.Raw(",\"item\":{\"id\":\""u8);
        _json.Raw(ItemId);
        _json.Raw("\",\"type\":\"reasoning\",\"summary\":[]}}\n\n"u8);
    }

    private void CloseThinking()
    {
        if (!_begun && _signature.WrittenCount == 0)
        {
            return;
        }

        // A signature without words: the words were left out, and the summary's one empty part says so.
        BeginReasoning();
        var textEnd = _items.WrittenCount;
        _itemsJson.Raw("\"}"u8);
        var partEnd = _items.WrittenCount;
        _itemsJson.Raw("],\"encrypted_content\":"u8);
        if (_signature.WrittenCount > 0)
        {
            _itemsJson.Escaped(_signature.WrittenSpan);
        }
        else
        {
            _itemsJson.Raw("null"u8);
        }

        _itemsJson.Raw("}"u8);
        if (_streams)
        {
            BeginItemEvent("response.reasoning_summary_text.done"u8);
            _json.Raw(",\"summary_index\":0,\"text\":\""u8);
            _json.Raw(_items.WrittenSpan[_textStart..textEnd]);
            _json.Raw("\"}\n\n"u8);
            BeginItemEvent("response.reasoning_summary_part.done"u8);
            _json.Raw(",\"summary_index\":0,\"part\":"u8);
            _json.Raw(_items.WrittenSpan[_partStart..partEnd]);
            _json.Raw("}\n\n"u8);
        }

        FinishItem(isDone: true);
    }

    private void CloseCall(bool isCut)
    {
        if (_items.WrittenCount == _textStart)
        {
            if (isCut)
            {
                LeaveCut();
                return;
            }

            // A call without arguments has empty ones (P154).
            _itemsJson.Raw("{}"u8);
            Delta("response.function_call_arguments.delta"u8, ",\"delta\":\""u8, "{}"u8, "\"}\n\n"u8);
        }
        else if (isCut && !ResponsesText.IsJson(ResponsesText.Unescape(_items.WrittenMemory[_textStart..]).Span))
        {
            LeaveCut();
            return;
        }

        var textEnd = _items.WrittenCount;
        _itemsJson.Raw("\",\"status\":\"completed\"}"u8);
        if (_streams)
        {
            BeginItemEvent("response.function_call_arguments.done"u8);
            _json.Raw(",\"arguments\":\""u8);
            _json.Raw(_items.WrittenSpan[_textStart..textEnd]);
            _json.Raw("\"}\n\n"u8);
        }

        FinishItem(isDone: true);
    }

    /// <summary>A call that was cut off is not done: a client must not run it (P150). The final output has what there is of it.</summary>
    private void LeaveCut()
    {
        _itemsJson.Raw("\",\"status\":\"incomplete\"}"u8);
        FinishItem(isDone: false);
    }

    private void CloseCustom(bool isCut)
    {
        var arguments = ResponsesText.Unescape(_input.WrittenMemory);
        if (isCut && !ResponsesText.IsJson(arguments.Span))
        {
            _itemsJson.Raw(_input.WrittenSpan);
            LeaveCut();
            return;
        }

        var text = _input.WrittenCount == 0 ? default : ResponsesText.CustomText(arguments).Span;
        _itemsJson.Raw(text);
        _itemsJson.Raw("\",\"status\":\"completed\"}"u8);
        if (_streams)
        {
            if (!text.IsEmpty)
            {
                Delta("response.custom_tool_call_input.delta"u8, ",\"delta\":\""u8, text, "\"}\n\n"u8);
            }

            BeginItemEvent("response.custom_tool_call_input.done"u8);
            _json.Raw(",\"input\":"u8);
            _json.Escaped(text);
            _json.Raw("}\n\n"u8);
        }

        FinishItem(isDone: true);
    }

    private void CloseShim(bool isCut)
    {
        var shim = _tool!.Shim!;
        var action = ResponsesText.Unescape(_input.WrittenMemory);
        var isObject = ResponsesText.IsJson(action.Span) && action.Span.TrimStart(" \t\r\n"u8)[0] == '{';
        if (isCut && !isObject)
        {
            return;
        }

        BeginItem(System.Text.Encoding.ASCII.GetBytes(shim.IdPrefix), "\",\"type\":\""u8);
        _itemsJson.Raw(shim.CallTypeBytes);
        _itemsJson.Raw("\",\"call_id\":\""u8);
        _itemsJson.Raw(_callId);
        _itemsJson.Raw(shim.Field == "action" ? "\",\"status\":\"completed\",\"action\":"u8 : "\",\"status\":\"completed\",\"operation\":"u8);
        WriteAction(shim, isObject ? action : "{}"u8.ToArray());
        _itemsJson.Raw("}"u8);
        if (_streams)
        {
            Added();
        }

        FinishItem(isDone: true);
    }

    private void WriteAction(ResponsesShim shim, ReadOnlyMemory<byte> action)
    {
        if (shim.Type != "local_shell")
        {
            _itemsJson.Raw(action.Span);
            return;
        }

        // Clients demand the type and the environment, which models that know it as a function leave out.
        _itemsJson.Raw("{\"type\":\"exec\""u8);
        var hasEnvironment = false;
        var reader = new Utf8JsonReader(action.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            hasEnvironment |= reader.ValueTextEquals("env"u8);
            var start = (int)reader.TokenStartIndex;
            reader.Read();
            reader.Skip();
            if (!isType)
            {
                _itemsJson.Raw(","u8);
                _itemsJson.Raw(action.Span[start..(int)reader.BytesConsumed]);
            }
        }

        _itemsJson.Raw(hasEnvironment ? "}"u8 : ",\"env\":{}}"u8);
    }

    private void WriteSearch(in ServerToolUse use)
    {
        BeginItem("ws_"u8, "\",\"type\":\"web_search_call\",\"status\":\"completed\",\"action\":"u8);
        if (use.Kind == ServerToolKind.WebFetch)
        {
            _itemsJson.Raw("{\"type\":\"open_page\",\"url\":"u8);
            _itemsJson.Escaped(use.EscapedQuery);
        }
        else
        {
            _itemsJson.Raw("{\"type\":\"search\",\"query\":"u8);
            _itemsJson.Escaped(use.EscapedQuery);
            var sources = new SourceReader(use.SourcesJson);
            var any = false;
            while (sources.Next())
            {
                _itemsJson.Raw(any ? ",{\"type\":\"url\",\"url\":"u8 : ",\"sources\":[{\"type\":\"url\",\"url\":"u8);
                any = true;
                _itemsJson.Escaped(sources.Url);
                _itemsJson.Raw("}"u8);
            }

            _itemsJson.Raw(any ? "]"u8 : default);
        }

        _itemsJson.Raw("}}"u8);
        if (_streams)
        {
            BeginEvent("response.output_item.added"u8);
            _json.Raw(",\"output_index\":"u8);
            _json.Number(_index);
            _json.Raw(",\"item\":{\"id\":\""u8);
            _json.Raw(ItemId);
            _json.Raw("\",\"type\":\"web_search_call\",\"status\":\"in_progress\"}}\n\n"u8);
            BeginItemEvent("response.web_search_call.in_progress"u8);
            _json.Raw("}\n\n"u8);
            BeginItemEvent("response.web_search_call.searching"u8);
            _json.Raw("}\n\n"u8);
            BeginItemEvent("response.web_search_call.completed"u8);
            _json.Raw("}\n\n"u8);
        }

        FinishItem(isDone: true);
    }

    private void Added()
    {
        BeginEvent("response.output_item.added"u8);
        WriteItem();
    }

    /// <summary>The item is whole in the output array; says so unless it was cut.</summary>
    private void FinishItem(bool isDone)
    {
        _finishedLength = _items.WrittenCount;
        if (_streams && isDone)
        {
            BeginEvent("response.output_item.done"u8);
            WriteItem();
        }

        _index++;
    }

    private void WriteItem()
    {
        _json.Raw(",\"output_index\":"u8);
        _json.Number(_index);
        _json.Raw(",\"item\":"u8);
        _json.Raw(_items.WrittenSpan[_itemStart..]);
        _json.Raw("}\n\n"u8);
    }
}
