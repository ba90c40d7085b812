using System.Globalization;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Gemini;

/// <summary>Writes the conversation of a request as contents.</summary>
internal sealed class GeminiContentWriter(CanonicalRequest request, TargetOptions target, RawJsonWriter json, LossReport loss)
{
    private readonly List<ToolUseBlock> _openCalls = [];
    private readonly List<ContentBlock> _laterParts = [];
    private readonly bool _wantsSignatures = target.Rules.GeminiThinking == GeminiThinking.Level;
    private bool _anyContent;

    // A turn of which nothing remains is not written at all: its opening waits for its first part, and the turn before goes on if it is of the same role.
    private Role _role;
    private Role _written;

    private enum Role
    {
        User,
        Model,
    }

    /// <summary>Writes all turns; the person's comes first, even where the history begins with the model's.</summary>
    public void WriteContents()
    {
        var messages = request.Messages;
        for (var i = 0; i < messages.Count;)
        {
            var isModel = messages[i].Role == MessageRole.Assistant;
            var end = i + 1;
            while (end < messages.Count && (messages[end].Role == MessageRole.Assistant) == isModel)
            {
                end++;
            }

            if (isModel)
            {
                WriteModel(i, end);
            }
            else
            {
                WriteUser(i, end);
            }

            i = end;
        }

        if (_openCalls.Count > 0)
        {
            Begin(Role.User);
            WriteResults(messages.Count, messages.Count);
        }

        if (!_anyContent)
        {
            WriteFiller();
        }

        json.Raw("]}"u8);
    }

    private void WriteModel(int from, int to)
    {
        if (!_anyContent)
        {
            WriteFiller();
        }

        Begin(Role.Model);
        var signature = "";
        var stepHasCall = false;
        for (var i = from; i < to; i++)
        {
            var content = request.Messages[i].Content;
            for (var b = 0; b < content.Count; b++)
            {
                switch (content[b])
                {
                    case TextBlock { Text.IsEmpty: false } text:
                        NoteCacheControl(text);
                        var own = b + 1 < content.Count ? TextSignature(content[b + 1]) : null;
                        b += own is null ? 0 : 1;
                        Part("{\"text\":"u8);
                        json.Escaped(text.Text.Span);
                        WriteSignature(own);
                        json.Raw("}"u8);
                        break;
                    case ThinkingBlock thinking:
                        signature = WriteThinking(thinking) ?? signature;
                        break;
                    case RedactedThinkingBlock redacted when Open(redacted.Data) is { } envelope:
                        if (envelope.BelongsToNext)
                        {
                            signature = envelope.Data;
                        }
                        else
                        {
                            // Came on an empty text, and goes back on one (pitfall 107).
                            Part("{\"text\":\"\""u8);
                            WriteSignature(envelope.Data);
                            json.Raw("}"u8);
                        }

                        break;
                    case RedactedThinkingBlock:
                        loss.Dropped(RequestField.RedactedThinking, request.Dialect, Dialect.Gemini);
                        break;
                    case ToolUseBlock call:
                        WriteCall(call, signature, isFirst: !stepHasCall);
                        signature = "";
                        stepHasCall = true;
                        break;
                    default:
                        WriteMedia(content[b]);
                        break;
                }
            }
        }
    }

    /// <summary>Writes a thought that this model made; its signature is given back when it is meant for the call that follows.</summary>
    private string? WriteThinking(ThinkingBlock thinking)
    {
        var envelope = Open(thinking.Signature);
        if (envelope is null && !(request.Dialect == Dialect.Gemini && thinking.Signature.IsEmpty))
        {
            loss.Dropped(RequestField.ThinkingBlocks, request.Dialect, Dialect.Gemini);
            return null;
        }

        if (!thinking.Text.IsEmpty || envelope is { BelongsToNext: false })
        {
            Part("{\"text\":"u8);
            json.Escaped(thinking.Text.Span);
            json.Raw(",\"thought\":true"u8);
            WriteSignature(envelope is { BelongsToNext: false } ? envelope.Data : null);
            json.Raw("}"u8);
        }

        return envelope is { BelongsToNext: true } ? envelope.Data : null;
    }

    private void WriteCall(ToolUseBlock call, string signature, bool isFirst)
    {
        NoteCacheControl(call);
        _openCalls.Add(call);
        if (signature.Length == 0 && target.Memory?.Find(call.Id.Span) is { } remembered && Open(new(remembered.Signature)) is { } envelope)
        {
            signature = envelope.Data;
        }

        // Only the first call of a step must be signed; the sentinel stands for what was lost or made by another model.
        if (signature.Length == 0 && isFirst && _wantsSignatures)
        {
            signature = GeminiSignatures.Sentinel;
        }

        Part("{\"functionCall\":{"u8);
        WriteId(call.Id);
        json.Raw("\"name\":"u8);
        GeminiNames.WriteLegal(json, call.Name);
        json.Raw(",\"args\":"u8);
        if (call.Input.IsNullOrAbsent || call.Input.Span.SequenceEqual("\"\""u8))
        {
            json.Raw("{}"u8);
        }
        else if (call.Input.Span.TrimStart(" \t\r\n"u8).StartsWith("{"u8))
        {
            json.Raw(call.Input.Span);
        }
        else
        {
            // Gemini takes nothing but objects.
            json.Raw("{\"input\":"u8);
            json.Raw(call.Input.Span);
            json.Raw("}"u8);
        }

        json.Raw("}"u8);
        WriteSignature(signature);
        json.Raw("}"u8);
    }

    private void WriteUser(int from, int to)
    {
        Begin(Role.User);
        _laterParts.Clear();
        WriteResults(from, to);
        foreach (var block in _laterParts)
        {
            WriteMedia(block);
        }

        for (var i = from; i < to; i++)
        {
            var message = request.Messages[i];
            foreach (var block in message.Content)
            {
                switch (block)
                {
                    case ToolResultBlock:
                        break;
                    case TextBlock { Text.IsEmpty: true }:
                        break;
                    case TextBlock text when message.Role == MessageRole.System:
                        loss.Changed(RequestField.SystemInMiddle, request.Dialect, Dialect.Gemini);
                        Part("{\"text\":\"<system-reminder>\\n"u8);
                        json.Raw(text.Text.Span);
                        json.Raw("\\n</system-reminder>\"}"u8);
                        break;
                    default:
                        WriteMedia(block);
                        break;
                }
            }
        }
    }

    /// <summary>Answers every open call, in the order of the calls; a result that answers none is said as text.</summary>
    private void WriteResults(int from, int to)
    {
        foreach (var call in _openCalls)
        {
            ToolResultBlock? answer = null;
            for (var i = from; i < to; i++)
            {
                foreach (var block in request.Messages[i].Content)
                {
                    // Of two results for one call the later counts: the tool was run again.
                    answer = block is ToolResultBlock result && result.ToolUseId.Span.SequenceEqual(call.Id.Span) ? result : answer;
                }
            }

            WriteResult(call, answer);
        }

        for (var i = from; i < to; i++)
        {
            foreach (var block in request.Messages[i].Content)
            {
                if (block is ToolResultBlock result && !_openCalls.Exists(call => call.Id.Span.SequenceEqual(result.ToolUseId.Span)))
                {
                    loss.Changed($"messages[{request.Messages[i].Index.ToString(CultureInfo.InvariantCulture)}].content[] (tool_result)", "It answers no call of the turn before; sent as text.");
                    _laterParts.AddRange(result.Content);
                }
            }
        }

        _openCalls.Clear();
    }

    private void WriteResult(ToolUseBlock call, ToolResultBlock? result)
    {
        Part("{\"functionResponse\":{"u8);
        WriteId(call.Id);
        json.Raw("\"name\":"u8);
        GeminiNames.WriteLegal(json, call.Name);
        json.Raw(",\"response\":"u8);
        if (result is null)
        {
            loss.Changed("messages[].content[] (tool_use)", "A call without a result; Gemini demands one, so it says that the call was interrupted.");
            json.Raw("{\"error\":\"(no result: the call was interrupted)\"}}}"u8);
            return;
        }

        NoteCacheControl(result);
        if (request.Dialect == Dialect.Gemini && result.Response.Span.StartsWith("{"u8))
        {
            json.Raw(result.Response.Span);
        }
        else
        {
            WriteResultText(result);
        }

        WriteResultMedia(result);
        json.Raw("}}"u8);
    }

    private void WriteResultText(ToolResultBlock result)
    {
        json.Raw(result.IsError ? "{\"error\":\""u8 : "{\"output\":\""u8);
        var any = false;
        foreach (var block in result.Content)
        {
            if (block is TextBlock { Text.IsEmpty: false } text)
            {
                json.Raw(any ? "\\n"u8 : default);
                any = true;
                json.Raw(text.Text.Span);
            }
            else if (block is OpaqueBlock opaque)
            {
                json.Raw(any ? "\\n"u8 : default);
                any = true;
                json.EscapeInto(opaque.Raw.Span);
            }
        }

        json.Raw("\"}"u8);
    }

    /// <summary>Pictures in a result: inside it for the models that take that, else in parts of their own after all results.</summary>
    private void WriteResultMedia(ToolResultBlock result)
    {
        var written = 0;
        foreach (var block in result.Content)
        {
            if (block is not (ImageBlock or DocumentBlock or MediaBlock))
            {
                continue;
            }

            if (!_wantsSignatures || block is DocumentBlock { Url.IsEmpty: true } document && IsPlainText(document))
            {
                _laterParts.Add(block);
                continue;
            }

            json.Raw(written++ == 0 ? ",\"parts\":["u8 : ","u8);
            WriteBlob(block);
        }

        json.Raw(written > 0 ? "]"u8 : default);
    }

    private void WriteMedia(ContentBlock block)
    {
        switch (block)
        {
            case TextBlock { Text.IsEmpty: true }:
                break;
            case TextBlock text:
                NoteCacheControl(block);
                Part("{\"text\":"u8);
                json.Escaped(text.Text.Span);
                json.Raw("}"u8);
                break;
            case DocumentBlock { Url.IsEmpty: true } document when IsPlainText(document):
                NoteCacheControl(block);
                Part("{\"text\":\""u8);
                if (!document.Title.IsEmpty)
                {
                    json.Raw(document.Title.Span);
                    json.Raw("\\n\\n"u8);
                }

                json.Raw(document.Data.Span);
                json.Raw("\"}"u8);
                break;
            case ImageBlock or DocumentBlock or MediaBlock:
                NoteCacheControl(block);
                Part(default);
                WriteBlob(block);
                break;
            case OpaqueBlock { Dialect: Dialect.Gemini } opaque:
                Part(default);
                json.Raw(opaque.Raw.Span);
                break;
            case OpaqueBlock opaque:
                loss.Dropped($"{FieldTable.Name(RequestField.OpaqueBlocks, request.Dialect)} ({opaque.Type})", "Gemini has no such part.");
                break;
            case ThinkingBlock or RedactedThinkingBlock:
                loss.Dropped(RequestField.ThinkingBlocks, request.Dialect, Dialect.Gemini);
                break;
        }
    }

    private static bool IsPlainText(DocumentBlock document) => document.MediaType.IsEmpty || document.MediaType.Span.SequenceEqual("text/plain"u8);

    private void WriteBlob(ContentBlock block)
    {
        var (type, data, url, title) = block switch
        {
            ImageBlock image => (image.MediaType, image.Data, image.Url, default),
            DocumentBlock document => (document.MediaType, document.Data, document.Url, document.Title),
            MediaBlock media => (media.MediaType, media.Data, media.Url, default),
            _ => default,
        };
        json.Raw(url.IsEmpty ? "{\"inlineData\":{"u8 : "{\"fileData\":{"u8);
        var isUnknown = type.IsEmpty && block is MediaBlock;
        if (!isUnknown)
        {
            json.Raw("\"mimeType\":"u8);
            json.Escaped(type.IsEmpty ? GuessType(url.Span, block is ImageBlock) : type.Span);
            json.Raw(","u8);
        }

        json.Raw(url.IsEmpty ? "\"data\":"u8 : "\"fileUri\":"u8);
        json.Escaped(url.IsEmpty ? data.Span : url.Span);
        if (request.Dialect == Dialect.Gemini && !title.IsEmpty)
        {
            json.Raw(",\"displayName\":"u8);
            json.Escaped(title.Span);
        }

        json.Raw("}}"u8);
    }

    private static ReadOnlySpan<byte> GuessType(ReadOnlySpan<byte> url, bool isImage)
    {
        var end = url.IndexOfAny((byte)'?', (byte)'#');
        var path = end < 0 ? url : url[..end];
        return !isImage ? "application/pdf"u8
            : path.EndsWith(".png"u8) ? "image/png"u8
            : path.EndsWith(".webp"u8) ? "image/webp"u8
            : path.EndsWith(".gif"u8) ? "image/gif"u8
            : "image/jpeg"u8;
    }

    /// <summary>The signature in the next block, when it is that of the text before it.</summary>
    private string? TextSignature(ContentBlock next) =>
        next is RedactedThinkingBlock redacted && Open(redacted.Data) is { BelongsToNext: false } envelope ? envelope.Data : null;

    private ReasoningEnvelope? Open(EscapedText signature) =>
        ReasoningEnvelope.Open(signature.Span) is { } envelope && envelope.IsFor(Dialect.Gemini, target.Provider, target.Model) ? envelope : null;

    private void WriteSignature(string? signature)
    {
        if (!string.IsNullOrEmpty(signature))
        {
            json.Raw(",\"thoughtSignature\":"u8);
            json.Quoted(signature);
        }
    }

    private void WriteId(EscapedText id)
    {
        if (target.IsVertex)
        {
            return;
        }

        Span<byte> portable = stackalloc byte[ToolIds.MaxLength];
        json.Raw("\"id\":"u8);
        json.Escaped(portable[..ToolIds.Portable(id.Span, portable)]);
        json.Raw(","u8);
    }

    private void WriteFiller()
    {
        Begin(Role.User);
        Part("{\"text\":\"(The conversation goes on.)\"}"u8);
    }

    private void Begin(Role role) => _role = role;

    private void Part(ReadOnlySpan<byte> head)
    {
        if (!_anyContent || _written != _role)
        {
            json.Raw(_anyContent ? "]},{\"role\":\""u8 : "{\"role\":\""u8);
            json.Raw(_role == Role.Model ? "model"u8 : "user"u8);
            json.Raw("\",\"parts\":["u8);
            _anyContent = true;
            _written = _role;
        }
        else
        {
            json.Raw(","u8);
        }

        json.Raw(head);
    }

    private void NoteCacheControl(ContentBlock block)
    {
        if (block.CacheControl.IsPresent)
        {
            loss.Dropped(RequestField.CacheControl, request.Dialect, Dialect.Gemini);
        }
    }
}
