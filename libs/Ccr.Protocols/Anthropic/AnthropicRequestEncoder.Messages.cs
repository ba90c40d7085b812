using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Anthropic;

/// <summary>The conversation.</summary>
public sealed partial class AnthropicRequestEncoder
{
    private void WriteMessages()
    {
        var turns = _conversation.Turns;
        var lastUser = turns.FindLastIndex(turn => turn.Role == MessageRole.User);
        var userBefore = lastUser > 0 ? turns.FindLastIndex(lastUser - 1, turn => turn.Role == MessageRole.User) : -1;
        _json.Raw(",\"messages\":["u8);
        for (var i = 0; i < turns.Count; i++)
        {
            _json.Raw(i > 0 ? ","u8 : default);
            _json.Raw(turns[i].Role switch
            {
                MessageRole.Assistant => "{\"role\":\"assistant\",\"content\":["u8,
                MessageRole.System => "{\"role\":\"system\",\"content\":["u8,
                _ => "{\"role\":\"user\",\"content\":["u8,
            });
            var blocks = turns[i].Blocks;
            for (var j = 0; j < blocks.Count; j++)
            {
                _json.Raw(j > 0 ? ","u8 : default);
                WriteBlock(blocks[j], mark: j == blocks.Count - 1 && (i == lastUser || i == userBefore));
            }

            _json.Raw("]}"u8);
        }

        _json.Raw("]"u8);
    }

    private void WriteBlock(ContentBlock block, bool mark)
    {
        if (_isOwn && block.Original.IsPresent && IsAsItWas(block))
        {
            _json.Raw(block.Original.Span);
            return;
        }

        switch (block)
        {
            case TextBlock text:
                _json.Raw("{\"type\":\"text\",\"text\":"u8);
                _json.Escaped(text.Text.Span);
                break;
            case ThinkingBlock thinking:
                _json.Raw("{\"type\":\"thinking\",\"thinking\":"u8);
                _json.Escaped(thinking.Text.Span);
                _json.Raw(",\"signature\":"u8);
                _json.Escaped(thinking.Signature.Span);
                _json.Raw("}"u8);
                return;
            case RedactedThinkingBlock redacted:
                _json.Raw("{\"type\":\"redacted_thinking\",\"data\":"u8);
                _json.Escaped(redacted.Data.Span);
                _json.Raw("}"u8);
                return;
            case ToolUseBlock call:
                _json.Raw("{\"type\":\"tool_use\",\"id\":"u8);
                _json.Escaped(call.Id.Span);
                _json.Raw(",\"name\":"u8);
                _json.Escaped(Name(call.Name).Span);
                _json.Raw(",\"input\":"u8);
                WriteInput(call.Input);
                break;
            case ToolResultBlock result:
                WriteResult(result);
                break;
            case ImageBlock image:
                WriteImage(image);
                break;
            case DocumentBlock document:
                WriteDocument(document);
                break;
            case OpaqueBlock opaque:
                _json.Raw(opaque.Raw.Span);
                return;
        }

        WriteMark(block.CacheControl, mark);
        _json.Raw("}"u8);
    }

    /// <summary>Whether the client's own spelling of a block is still right: cut texts, changed ids and repaired arguments are not.</summary>
    private static bool IsAsItWas(ContentBlock block) =>
        block is not ToolUseBlock call || (call.Original.Span.IndexOf(call.Id.Span) >= 0 && !call.Input.IsNullOrAbsent && call.Input.Span[0] == '{');

    /// <summary>A name as this provider takes it; an Anthropic client's names are right already.</summary>
    private EscapedText Name(EscapedText name) => _isOwn ? name : ToolNames.Legal(name);

    /// <summary>Arguments must be an object: what is none is wrapped, so that nothing is lost.</summary>
    private void WriteInput(RawJson input)
    {
        if (input.IsNullOrAbsent)
        {
            _json.Raw("{}"u8);
            return;
        }

        var reader = JsonSlices.Reader(input.Span);
        try
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                WriteInputText(reader.ValueSpan);
                return;
            }

            var isObject = reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
            if (!reader.Read())
            {
                _json.Raw(isObject ? default : "{\"value\":"u8);
                _json.Raw(input.Span);
                _json.Raw(isObject ? default : "}"u8);
                return;
            }
        }
        catch (JsonException)
        {
            // Cut or garbled by the model that wrote it.
        }

        _json.Raw("{\"_raw\":\""u8);
        _json.EscapeInto(input.Span);
        _json.Raw("\"}"u8);
    }

    /// <summary>Arguments that came as the text of a string: the object in it, if there is one.</summary>
    private void WriteInputText(ReadOnlySpan<byte> escaped)
    {
        if (EscapedText.IsBlankText(escaped))
        {
            _json.Raw("{}"u8);
            return;
        }

        var text = Encoding.UTF8.GetBytes(EscapedText.Unescape(escaped));
        try
        {
            var reader = new Utf8JsonReader(text);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                reader.Skip();
                if (!reader.Read())
                {
                    _json.Raw(text);
                    return;
                }
            }
        }
        catch (JsonException)
        {
            // No object: wrapped below.
        }

        _json.Raw("{\"_raw\":"u8);
        _json.Escaped(escaped);
        _json.Raw("}"u8);
    }

    private void WriteResult(ToolResultBlock result)
    {
        _json.Raw("{\"type\":\"tool_result\",\"tool_use_id\":"u8);
        _json.Escaped(result.ToolUseId.Span);
        var any = false;
        foreach (var block in result.Content)
        {
            switch (block)
            {
                case TextBlock { Text.IsBlank: true }:
                    continue;
                case MediaBlock:
                    throw new RequestFormatException("messages[].content[].content", "A tool's result holds sound or moving pictures, which Anthropic Messages cannot carry.");
                case OpaqueBlock { Dialect: not Dialect.Anthropic } opaque:
                    _loss.Dropped($"messages[].content[].content[] ({opaque.Type})", "Anthropic Messages has no such block.");
                    continue;
            }

            _json.Raw(any ? ","u8 : ",\"content\":["u8);
            any = true;
            WriteBlock(block, mark: false);
        }

        if (any)
        {
            _json.Raw("]"u8);
        }
        else if (result.IsError)
        {
            // An error without words is refused.
            _json.Raw(",\"content\":\"(error)\""u8);
        }

        if (result.IsError)
        {
            _json.Raw(",\"is_error\":true"u8);
        }
    }

    private void WriteImage(ImageBlock image)
    {
        if (!image.Url.IsEmpty)
        {
            _json.Raw("{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":"u8);
            _json.Escaped(image.Url.Span);
            _json.Raw("}"u8);
            return;
        }

        var type = AnthropicImages.MediaType(image.Data.Span, image.MediaType.Span);
        if (type.IsEmpty)
        {
            _loss.Changed(RequestField.Images, _request.Dialect, Dialect.Anthropic, $"Images of the type '{image.MediaType}' are not taken. Said in words.");
            _json.Raw("{\"type\":\"text\",\"text\":\"[an image of a type that cannot be shown]\""u8);
            return;
        }

        _json.Raw("{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":"u8);
        _json.Escaped(type);
        _json.Raw(",\"data\":"u8);
        _json.Escaped(image.Data.Span);
        _json.Raw("}"u8);
    }

    private void WriteDocument(DocumentBlock document)
    {
        var type = document.MediaType.ToString();
        if (!document.Url.IsEmpty)
        {
            _json.Raw("{\"type\":\"document\",\"source\":{\"type\":\"url\",\"url\":"u8);
            _json.Escaped(document.Url.Span);
        }
        else if (type is "" or "application/pdf")
        {
            _json.Raw("{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":"u8);
            _json.Escaped(document.Data.Span);
        }
        else if (type == "text/plain")
        {
            _json.Raw("{\"type\":\"document\",\"source\":{\"type\":\"text\",\"media_type\":\"text/plain\",\"data\":"u8);
            _json.Escaped(document.Data.Span);
        }
        else if (type.StartsWith("text/", StringComparison.Ordinal) || type is "application/json" or "application/xml" or "application/yaml")
        {
            // Text of some kind in base64: only plain text has a form of its own.
            _json.Raw("{\"type\":\"document\",\"source\":{\"type\":\"text\",\"media_type\":\"text/plain\",\"data\":\""u8);
            var encoded = Encoding.ASCII.GetBytes(document.Data.ToString());
            var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(encoded.Length)];
            if (Base64.DecodeFromUtf8(encoded, bytes, out _, out var length) == System.Buffers.OperationStatus.Done)
            {
                _json.EscapeInto(bytes.AsSpan(0, length));
            }
            else
            {
                _json.Raw(document.Data.Span);
            }

            _json.Raw("\""u8);
        }
        else
        {
            _loss.Changed(RequestField.Documents, _request.Dialect, Dialect.Anthropic, $"Documents of the type '{type}' are not taken. Said in words.");
            _json.Raw("{\"type\":\"text\",\"text\":\"[a document of a type that cannot be shown]\""u8);
            return;
        }

        _json.Raw("}"u8);
        if (!document.Title.IsEmpty)
        {
            _json.Raw(",\"title\":"u8);
            _json.Escaped(document.Title.Span);
        }
    }
}
