using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>The parts of a user's message: text, images, files, sound.</summary>
internal sealed class ChatPartsWriter(CanonicalRequest request, TargetOptions target, RawJsonWriter json, LossReport loss)
{
    /// <summary>Whether a block makes a part; a loss is noted when it does not.</summary>
    /// <exception cref="RequestFormatException">Nothing could stand for it.</exception>
    public bool CanWrite(ContentBlock block)
    {
        switch (block)
        {
            case TextBlock { Text.IsEmpty: true } or ThinkingBlock or RedactedThinkingBlock or ToolUseBlock:
                return false;
            case OpaqueBlock { Dialect: Dialect.OpenAIChat }:
                return true;
            case OpaqueBlock opaque:
                loss.Dropped($"{FieldTable.Name(RequestField.OpaqueBlocks, request.Dialect)} ({opaque.Type})", "Chat Completions has no such block.");
                return false;
            case MediaBlock media when AudioFormat(media).IsEmpty:
                throw new RequestFormatException(FieldTable.Name(RequestField.Media, request.Dialect), $"Media of type {media.MediaType} cannot be sent to {target.Model} of {target.Provider}: Chat Completions takes wav and mp3 sound only. Route such requests to another provider.");
            default:
                return true;
        }
    }

    /// <summary>Writes one part for which <see cref="CanWrite"/> holds.</summary>
    public void Write(ContentBlock block)
    {
        switch (block)
        {
            case TextBlock text:
                json.Raw("{\"type\":\"text\",\"text\":"u8);
                json.Escaped(text.Text.Span);
                break;
            case ImageBlock image:
                json.Raw("{\"type\":\"image_url\",\"image_url\":{\"url\":\""u8);
                WriteUrl(image.MediaType, image.Data, image.Url);
                json.Raw("\""u8);
                if (!image.Detail.IsEmpty)
                {
                    json.Raw(",\"detail\":"u8);
                    json.Escaped(image.Detail.Span);
                }

                json.Raw("}"u8);
                break;
            case DocumentBlock { Url.IsEmpty: true } document when document.MediaType.Span.StartsWith("text/"u8):
                json.Raw("{\"type\":\"text\",\"text\":\""u8);
                if (!document.Title.IsEmpty)
                {
                    json.Raw(document.Title.Span);
                    json.Raw("\\n\\n"u8);
                }

                json.Raw(document.Data.Span);
                json.Raw("\""u8);
                break;
            case DocumentBlock document:
                json.Raw("{\"type\":\"file\",\"file\":{\"filename\":\""u8);
                json.Raw(document.Title.IsEmpty ? "document.pdf"u8 : document.Title.Span);
                json.Raw("\",\"file_data\":\""u8);
                WriteUrl(document.MediaType, document.Data, document.Url);
                json.Raw("\"}"u8);
                break;
            case MediaBlock media:
                json.Raw("{\"type\":\"input_audio\",\"input_audio\":{\"data\":"u8);
                json.Escaped(media.Data.Span);
                json.Raw(",\"format\":\""u8);
                json.Raw(AudioFormat(media));
                json.Raw("\"}"u8);
                break;
            case OpaqueBlock opaque:
                json.Raw(opaque.Raw.Span);
                return;
            default:
                throw new InvalidOperationException($"A {block.GetType().Name} is no part of a user's message.");
        }

        if (block.CacheControl.IsPresent && target.KeepCacheControl)
        {
            json.Raw(",\"cache_control\":"u8);
            json.Raw(block.CacheControl.Span);
        }
        else
        {
            NoteCacheControl(block);
        }

        json.Raw("}"u8);
    }

    /// <summary>Notes a breakpoint that is not written.</summary>
    public void NoteCacheControl(ContentBlock block)
    {
        if (block.CacheControl.IsPresent)
        {
            loss.Dropped(RequestField.CacheControl, request.Dialect, Dialect.OpenAIChat, "Chat Completions caches by itself; strict servers refuse the marker.");
        }
    }

    private static ReadOnlySpan<byte> AudioFormat(MediaBlock media) =>
        media.Data.IsEmpty ? default
        : media.MediaType.Span.SequenceEqual("audio/wav"u8) || media.MediaType.Span.SequenceEqual("audio/x-wav"u8) ? "wav"u8
        : media.MediaType.Span.SequenceEqual("audio/mp3"u8) || media.MediaType.Span.SequenceEqual("audio/mpeg"u8) ? "mp3"u8
        : default;

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
}
