using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>
/// Writes turns as input items. A reasoning item goes directly before what it led to and never stands alone (P111), every call gets a result, and
/// no result stands without its call.
/// </summary>
internal sealed class ResponsesInputWriter(CanonicalRequest request, TargetOptions target, RawJsonWriter json, LossReport loss)
{
    private readonly List<ToolUseBlock> _openCalls = [];
    private readonly List<(EscapedText Text, ReasoningEnvelope? Envelope)> _reasoning = [];
    private bool _any;
    private bool _turnHasReasoning;

    /// <summary>Writes instructions that did not fit elsewhere.</summary>
    public void WriteDeveloper(IReadOnlyList<ContentBlock> blocks, int from)
    {
        var any = false;
        for (var i = from; i < blocks.Count; i++)
        {
            if (blocks[i] is not TextBlock { Text.IsEmpty: false } text)
            {
                continue;
            }

            if (!any)
            {
                BeginItem("{\"type\":\"message\",\"role\":\"developer\",\"content\":["u8);
            }

            json.Raw(any ? ",{\"type\":\"input_text\",\"text\":"u8 : "{\"type\":\"input_text\",\"text\":"u8);
            any = true;
            json.Escaped(text.Text.Span);
            json.Raw("}"u8);
        }

        if (any)
        {
            json.Raw("]}"u8);
        }
    }

    /// <summary>Writes all turns.</summary>
    public void WriteMessages()
    {
        var messages = request.Messages;
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            switch (message.Role)
            {
                case MessageRole.System:
                    WriteDeveloper(message.Content, 0);
                    break;
                case MessageRole.Assistant:
                    if (i == 0 || messages[i - 1].Role != MessageRole.Assistant)
                    {
                        AnswerOpenCalls();
                        _turnHasReasoning = false;
                    }

                    WriteAssistant(message);
                    if (i == messages.Count - 1 || messages[i + 1].Role != MessageRole.Assistant)
                    {
                        DropPendingReasoning();
                    }

                    break;
                default:
                    WriteUser(messages, i);
                    break;
            }
        }

        AnswerOpenCalls();
        if (messages is [.., { Role: MessageRole.Assistant } last] && last.Content is [.., TextBlock])
        {
            loss.Changed(RequestField.Prefill, request.Dialect, Dialect.OpenAIResponses);
        }
    }

    private void WriteAssistant(CanonicalMessage message)
    {
        foreach (var block in message.Content)
        {
            NoteCacheControl(block);
            switch (block)
            {
                case ThinkingBlock thinking:
                    KeepReasoning(thinking.Text, thinking.Signature, RequestField.ThinkingBlocks);
                    break;
                case RedactedThinkingBlock redacted:
                    KeepReasoning(default, redacted.Data, RequestField.RedactedThinking);
                    break;
                case TextBlock { Text.IsEmpty: false } text:
                    FlushReasoning();
                    BeginItem("{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":"u8);
                    json.Escaped(text.Text.Span);
                    json.Raw(",\"annotations\":[]}]"u8);
                    if (!text.Phase.IsEmpty)
                    {
                        json.Raw(",\"phase\":"u8);
                        json.Escaped(text.Phase.Span);
                    }

                    json.Raw("}"u8);
                    break;
                case ToolUseBlock call:
                    var distinct = RepeatedCalls.Distinct(call, _openCalls);
                    Remember(distinct);
                    FlushReasoning();
                    WriteCall(distinct);
                    _openCalls.Add(distinct);
                    break;
                case OpaqueBlock { Dialect: Dialect.OpenAIResponses } opaque:
                    FlushReasoning();
                    BeginItem(opaque.Raw.Span);
                    break;
                case OpaqueBlock opaque:
                    DropOpaque(opaque);
                    break;
                case ImageBlock or DocumentBlock:
                    loss.Dropped(RequestField.Images, request.Dialect, Dialect.OpenAIResponses, "The model's own turns hold no images here.");
                    break;
            }
        }
    }

    private void WriteUser(List<CanonicalMessage> messages, int index)
    {
        var message = messages[index];
        foreach (var block in message.Content)
        {
            NoteCacheControl(block);
            switch (block)
            {
                case ToolResultBlock result:
                    WriteResult(messages, index, result);
                    break;
                case OpaqueBlock { Dialect: Dialect.OpenAIResponses } opaque when !opaque.Type.Span.StartsWith("input_"u8):
                    BeginItem(opaque.Raw.Span);
                    break;
            }
        }

        WriteParts(message);
    }

    private void WriteParts(CanonicalMessage message)
    {
        var any = false;
        for (var i = 0; i < message.Content.Count; i++)
        {
            var block = message.Content[i];
            switch (block)
            {
                case TextBlock { Text.IsEmpty: true } or ToolResultBlock or ThinkingBlock or RedactedThinkingBlock or ToolUseBlock:
                case OpaqueBlock { Dialect: Dialect.OpenAIResponses } own when !own.Type.Span.StartsWith("input_"u8):
                    continue;
                case OpaqueBlock opaque when opaque.Dialect != Dialect.OpenAIResponses:
                    DropOpaque(opaque);
                    continue;
                case MediaBlock:
                    throw new RequestFormatException(new FieldPath("messages[{0}].content[{1}]", message.Index, i).ToString(), "Responses takes neither sound nor moving pictures.");
            }

            if (!any)
            {
                BeginItem("{\"type\":\"message\",\"role\":\"user\",\"content\":["u8);
            }
            else
            {
                json.Raw(","u8);
            }

            any = true;
            WritePart(block);
        }

        if (any)
        {
            json.Raw("]}"u8);
        }
    }

    private void WritePart(ContentBlock block)
    {
        switch (block)
        {
            case TextBlock text:
                WriteText(default, text.Text);
                break;
            case ImageBlock image:
                json.Raw("{\"type\":\"input_image\",\"image_url\":\""u8);
                WriteUrl(image.MediaType, image.Data, image.Url);
                json.Raw("\",\"detail\":\""u8);
                json.Raw(image.Detail.IsEmpty ? "auto"u8 : image.Detail.Span);
                json.Raw("\"}"u8);
                break;
            case DocumentBlock document when document.Url.IsEmpty && document.MediaType.Span.SequenceEqual("text/plain"u8) && request.Dialect != Dialect.OpenAIResponses:
                WriteText(document.Title, document.Data);
                break;
            case DocumentBlock document:
                WriteFile(document);
                break;
            case OpaqueBlock opaque:
                json.Raw(opaque.Raw.Span);
                break;
        }
    }

    private void WriteText(EscapedText title, EscapedText text)
    {
        json.Raw("{\"type\":\"input_text\",\"text\":\""u8);
        if (!title.IsEmpty)
        {
            json.Raw(title.Span);
            json.Raw("\\n\\n"u8);
        }

        json.Raw(text.Span);
        json.Raw("\"}"u8);
    }

    private void WriteFile(DocumentBlock document)
    {
        if (!document.Url.IsEmpty)
        {
            json.Raw("{\"type\":\"input_file\",\"file_url\":"u8);
            json.Escaped(document.Url.Span);
            json.Raw("}"u8);
            return;
        }

        var isText = document.MediaType.Span.SequenceEqual("text/plain"u8);
        json.Raw("{\"type\":\"input_file\",\"filename\":\""u8);
        json.Raw(!document.Title.IsEmpty ? document.Title.Span : isText ? "document.txt"u8 : "document.pdf"u8);
        json.Raw("\",\"file_data\":\"data:"u8);
        json.Raw(document.MediaType.Span);
        json.Raw(";base64,"u8);
        if (isText)
        {
            var text = ResponsesText.Unescape(document.Data.Bytes);
            var base64 = new byte[System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(text.Length)];
            System.Buffers.Text.Base64.EncodeToUtf8(text.Span, base64, out _, out var length);
            json.Raw(base64.AsSpan(0, length));
        }
        else
        {
            json.Raw(document.Data.Span);
        }

        json.Raw("\"}"u8);
    }

    private void WriteUrl(EscapedText mediaType, EscapedText data, EscapedText url)
    {
        if (!url.IsEmpty)
        {
            json.Raw(url.Span);
            return;
        }

        json.Raw("data:"u8);
        json.Raw(mediaType.Span);
        json.Raw(";base64,"u8);
        json.Raw(data.Span);
    }

    private void WriteCall(ToolUseBlock call)
    {
        var tool = request.FindTool(call.Name.Span);
        if (Shim(tool) is { } shim)
        {
            BeginItem("{\"type\":\""u8);
            json.Raw(shim.CallTypeBytes);
            json.Raw("\",\"id\":\""u8);
            json.EscapeInto(System.Text.Encoding.ASCII.GetBytes(shim.IdPrefix));
            WriteBareId(call.Id);
            json.Raw("\",\"call_id\":\""u8);
            WriteBareId(call.Id);
            json.Raw(shim.Field == "action" ? "\",\"status\":\"completed\",\"action\":"u8 : "\",\"status\":\"completed\",\"operation\":"u8);
            json.Raw(call.Input.IsNullOrAbsent ? "{}"u8 : call.Input.Span);
            json.Raw("}"u8);
            return;
        }

        var isCustom = tool is { Kind: ToolKind.Custom };
        BeginItem(isCustom ? "{\"type\":\"custom_tool_call\",\"call_id\":\""u8 : "{\"type\":\"function_call\",\"call_id\":\""u8);
        WriteBareId(call.Id);
        json.Raw("\",\"name\":"u8);
        ResponsesToolWriter.WriteName(json, tool, tool is null || tool.LocalName.IsEmpty ? call.Name : tool.LocalName);
        if (tool is { Namespace.IsEmpty: false })
        {
            json.Raw(",\"namespace\":"u8);
            json.Escaped(tool.Namespace.Span);
        }

        if (isCustom)
        {
            json.Raw(",\"input\":"u8);
            json.Escaped(ResponsesText.CustomText(call.Input.Bytes).Span);
            json.Raw("}"u8);
            return;
        }

        json.Raw(",\"arguments\":\""u8);
        if (call.Input.IsNullOrAbsent || call.Input.Span.SequenceEqual("\"\""u8))
        {
            json.Raw("{}"u8);
        }
        else
        {
            json.EscapeInto(call.Input.Span);
        }

        json.Raw("\"}"u8);
    }

    private void WriteResult(List<CanonicalMessage> messages, int index, ToolResultBlock result)
    {
        var open = RepeatedCalls.Find(_openCalls, result.ToolUseId);
        for (var number = 2; open < 0 && number <= _openCalls.Count + 1; number++)
        {
            open = RepeatedCalls.Find(_openCalls, RepeatedCalls.Numbered(result.ToolUseId, number));
        }

        if (open < 0)
        {
            loss.Changed(new FieldPath("messages[{0}].content[] (tool_result)", messages[index].Index).ToString(), "It answers no open call; left out when it repeats one, else sent as text.");
            if (!WasCalled(messages, index, result.ToolUseId))
            {
                WriteParts(messages[index] with { Content = result.Content });
            }

            return;
        }

        if (IsRepeatedLater(messages, index, result))
        {
            // Two results for one call: the last wins (P131).
            return;
        }

        var call = _openCalls[open];
        _openCalls.RemoveAt(open);
        BeginOutput(call);
        var content = result.Content;
        if (content.Count == 0 || content is [TextBlock])
        {
            json.Raw("\""u8);
            json.Raw(result.IsError ? "Error: "u8 : default);
            json.Raw(content.Count == 0 ? default : ((TextBlock)content[0]).Text.Span);
            json.Raw("\""u8);
        }
        else
        {
            WriteOutputParts(result);
        }

        if (result.IsError)
        {
            loss.Changed(RequestField.ToolResultError, request.Dialect, Dialect.OpenAIResponses);
        }

        json.Raw("}"u8);
    }

    private void WriteOutputParts(ToolResultBlock result)
    {
        json.Raw("["u8);
        var any = false;
        if (result.IsError)
        {
            json.Raw("{\"type\":\"input_text\",\"text\":\"Error: \"}"u8);
            any = true;
        }

        foreach (var block in result.Content)
        {
            if (block is TextBlock { Text.IsEmpty: true } or ThinkingBlock or ToolUseBlock or RedactedThinkingBlock or ToolResultBlock or MediaBlock)
            {
                continue;
            }

            json.Raw(any ? ","u8 : default);
            any = true;
            if (block is OpaqueBlock opaque && opaque.Dialect != Dialect.OpenAIResponses)
            {
                WriteText(default, ResponsesText.Escape(opaque.Raw.Span));
                continue;
            }

            WritePart(block);
        }

        if (!any)
        {
            json.Raw("{\"type\":\"input_text\",\"text\":\"\"}"u8);
        }

        json.Raw("]"u8);
    }

    private void BeginOutput(ToolUseBlock call)
    {
        var tool = request.FindTool(call.Name.Span);
        if (Shim(tool) is { } shim)
        {
            BeginItem("{\"type\":\""u8);
            json.Raw(shim.OutputTypeBytes);
            json.Raw("\",\"call_id\":\""u8);
        }
        else
        {
            BeginItem(tool is { Kind: ToolKind.Custom } ? "{\"type\":\"custom_tool_call_output\",\"call_id\":\""u8 : "{\"type\":\"function_call_output\",\"call_id\":\""u8);
        }

        WriteBareId(call.Id);
        json.Raw("\",\"output\":"u8);
    }

    /// <summary>A call without a result is refused; it is said that there is none.</summary>
    private void AnswerOpenCalls()
    {
        foreach (var call in _openCalls)
        {
            BeginOutput(call);
            json.Raw("\"(no result: the call was interrupted)\"}"u8);
            loss.Changed("messages[].content[] (tool_use)", "A call without a result; the provider demands one, so it says that the call was interrupted.");
        }

        _openCalls.Clear();
    }

    private static bool WasCalled(List<CanonicalMessage> messages, int before, EscapedText id)
    {
        for (var i = 0; i < before; i++)
        {
            foreach (var block in messages[i].Content)
            {
                if (block is ToolUseBlock call && call.Id.Span.SequenceEqual(id.Span))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool IsRepeatedLater(List<CanonicalMessage> messages, int index, ToolResultBlock result)
    {
        for (var i = index; i < messages.Count && messages[i].Role != MessageRole.Assistant; i++)
        {
            var seen = i != index;
            foreach (var block in messages[i].Content)
            {
                if (ReferenceEquals(block, result))
                {
                    seen = true;
                }
                else if (seen && block is ToolResultBlock other && other.ToolUseId.Span.SequenceEqual(result.ToolUseId.Span))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static ResponsesShim? Shim(ToolDefinition? tool) =>
        tool is { Kind: ToolKind.ClientTyped, Dialect: Dialect.OpenAIResponses } ? ResponsesShim.OfTool(tool.Type.Span) : null;

    private void KeepReasoning(EscapedText text, EscapedText signature, RequestField field)
    {
        if (ReasoningEnvelope.Open(signature.Span) is { } envelope && envelope.IsFor(Dialect.OpenAIResponses, target.Provider, target.Model))
        {
            _reasoning.Add((text, envelope));
            return;
        }

        var replay = target.Replay == ReasoningReplay.ByModel ? target.Rules.Replay : target.Replay;
        if (!text.IsEmpty && replay is (ReasoningReplay.ReasoningContent or ReasoningReplay.ReasoningContentRequired))
        {
            // An open model, which wants its words back and signs nothing.
            _reasoning.Add((text, null));
            return;
        }

        loss.Dropped(field, request.Dialect, Dialect.OpenAIResponses, "It was made by another provider or model; only the one that made it can read it.");
    }

    /// <summary>What was remembered stands in where the client could not keep the reasoning before its call.</summary>
    private void Remember(ToolUseBlock call)
    {
        if (_reasoning.Count > 0 || _turnHasReasoning || target.Memory?.Find(call.Id.Span) is not { } remembered)
        {
            return;
        }

        if (ReasoningEnvelope.Open(remembered.Signature.Span) is { } envelope && envelope.IsFor(Dialect.OpenAIResponses, target.Provider, target.Model))
        {
            _reasoning.Add((new(remembered.Text), envelope));
        }
    }

    private void FlushReasoning()
    {
        foreach (var (text, envelope) in _reasoning)
        {
            _turnHasReasoning = true;
            if (envelope is { HoldsObject: true })
            {
                // The whole item, which is refused when it was worded anew (P114).
                BeginItem(System.Text.Encoding.UTF8.GetBytes(envelope.Data));
                continue;
            }

            BeginItem("{\"type\":\"reasoning\""u8);
            if (envelope is null)
            {
                json.Raw(",\"summary\":[{\"type\":\"summary_text\",\"text\":"u8);
                json.Escaped(text.Span);
                json.Raw("}],\"content\":[{\"type\":\"reasoning_text\",\"text\":"u8);
                json.Escaped(text.Span);
                json.Raw("}]}"u8);
                continue;
            }

            if (envelope.ItemId is { } id)
            {
                json.Raw(",\"id\":"u8);
                json.Quoted(id);
            }

            json.Raw(",\"summary\":["u8);
            if (!text.IsEmpty)
            {
                json.Raw("{\"type\":\"summary_text\",\"text\":"u8);
                json.Escaped(text.Span);
                json.Raw("}"u8);
            }

            json.Raw("],\"encrypted_content\":"u8);
            json.Quoted(envelope.Data);
            json.Raw("}"u8);
        }

        _reasoning.Clear();
    }

    private void DropPendingReasoning()
    {
        if (_reasoning.Count > 0)
        {
            loss.Dropped(RequestField.ThinkingBlocks, request.Dialect, Dialect.OpenAIResponses, "Nothing follows the reasoning in its turn; the provider refuses it without what it led to.");
            _reasoning.Clear();
        }
    }

    private void DropOpaque(OpaqueBlock opaque) =>
        loss.Dropped(RequestField.OpaqueBlocks, request.Dialect, Dialect.OpenAIResponses, $"Responses has no '{opaque.Type}'.");

    private void NoteCacheControl(ContentBlock block)
    {
        if (block.CacheControl.IsPresent)
        {
            loss.Dropped(RequestField.CacheControl, request.Dialect, Dialect.OpenAIResponses);
        }
    }

    private void BeginItem(ReadOnlySpan<byte> head)
    {
        json.Raw(_any ? ","u8 : default);
        _any = true;
        json.Raw(head);
    }

    private void WriteBareId(EscapedText id)
    {
        Span<byte> portable = stackalloc byte[ToolIds.MaxLength];
        json.Raw(portable[..ToolIds.Portable(id.Span, portable)]);
    }
}
