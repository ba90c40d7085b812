using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>Reads the content of a Chat message: a string, or parts.</summary>
internal static class ChatContentReader
{
    private static readonly EscapedText Pdf = EscapedText.From("application/pdf");

    /// <summary>Reads the value under the reader into blocks.</summary>
    public static void Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, List<ContentBlock> blocks, FieldPath path)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                blocks.Add(new TextBlock(reader.Text(body)));
                break;
            case JsonTokenType.StartArray:
                for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
                {
                    if (reader.TokenType == JsonTokenType.String)
                    {
                        blocks.Add(new TextBlock(reader.Text(body)));
                        continue;
                    }

                    ChatReading.Expect(reader.TokenType == JsonTokenType.StartObject, path, "", "must be a string or an array of content parts.");
                    blocks.Add(ReadPart(ref reader, body, new("messages[{0}].content[{1}]", path.First, i)));
                }

                break;
            default:
                throw path.Fault("", "must be a string or an array of content parts.");
        }
    }

    private static ContentBlock ReadPart(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, FieldPath path)
    {
        var start = (int)reader.TokenStartIndex;
        EscapedText type = default, text = default;
        var source = default(Source);
        RawJson cacheControl = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                type = ChatReading.Text(ref reader, body, path, ".type");
            }
            else if (reader.ValueTextEquals("text"u8))
            {
                text = ChatReading.Text(ref reader, body, path, ".text");
            }
            else if (reader.ValueTextEquals("refusal"u8))
            {
                text = ChatReading.Text(ref reader, body, path, ".refusal");
            }
            else if (reader.ValueTextEquals("image_url"u8) || reader.ValueTextEquals("video_url"u8) || reader.ValueTextEquals("input_audio"u8) || reader.ValueTextEquals("file"u8))
            {
                ReadSource(ref reader, body, ref source);
            }
            else if (reader.ValueTextEquals("cache_control"u8))
            {
                cacheControl = ChatReading.Raw(ref reader, body);
            }
            else if (reader.ValueTextEquals("prompt_cache_breakpoint"u8))
            {
                cacheControl = ChatReading.Breakpoint(ref reader);
            }
            else
            {
                ChatReading.Skip(ref reader);
            }
        }

        ChatReading.Expect(!type.IsEmpty, path, ".type", "is missing.");
        var block = Block(type.Span, text, source, path) ?? new OpaqueBlock(type, new(body[start..(int)reader.BytesConsumed]), Dialect.OpenAIChat);
        return block with { CacheControl = cacheControl };
    }

    private static ContentBlock? Block(ReadOnlySpan<byte> type, EscapedText text, in Source source, FieldPath path)
    {
        if (type.SequenceEqual("text"u8) || type.SequenceEqual("refusal"u8))
        {
            return new TextBlock(text);
        }

        if (type.SequenceEqual("image_url"u8))
        {
            ChatReading.Expect(!source.Url.IsEmpty, path, ".image_url.url", "is missing.");
            var (mediaType, data, url) = DataUrl.Split(source.Url);
            return new ImageBlock(mediaType, data, url) { Detail = source.Detail };
        }

        if (type.SequenceEqual("video_url"u8) && !source.Url.IsEmpty)
        {
            var (mediaType, data, url) = DataUrl.Split(source.Url);
            return new MediaBlock(mediaType, data, url);
        }

        if (type.SequenceEqual("input_audio"u8))
        {
            // Mistral's clients send the string alone, or an address.
            var sound = source.Data.IsEmpty ? source.Url : source.Data;
            ChatReading.Expect(!sound.IsEmpty, path, ".input_audio.data", "is missing.");
            if (sound.Span.StartsWith("http"u8))
            {
                return new MediaBlock(default, default, sound);
            }

            var (mediaType, data, _) = DataUrl.Split(sound);
            return data.IsEmpty
                ? new MediaBlock(EscapedText.From($"audio/{(source.Format.IsEmpty ? "wav" : source.Format)}"), sound, default)
                : new MediaBlock(mediaType, data, default);
        }

        if (type.SequenceEqual("file"u8) && !source.FileData.IsEmpty)
        {
            var (mediaType, data, url) = DataUrl.Split(source.FileData);
            if (data.IsEmpty && !url.Span.StartsWith("http"u8))
            {
                // Bare base64, which OpenAI takes for PDF only.
                (mediaType, data, url) = (Pdf, source.FileData, default);
            }

            return new DocumentBlock(mediaType, data, url, source.FileName);
        }

        // Among them files that stand for themselves by an id: only their own provider has them.
        return null;
    }

    private static void ReadSource(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, ref Source source)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            // "image_url": "…", as some clients and Responses have it.
            source.Url = reader.Text(body);
            return;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("url"u8))
            {
                source.Url = ChatReading.TextOrNothing(ref reader, body);
            }
            else if (reader.ValueTextEquals("detail"u8))
            {
                source.Detail = ChatReading.TextOrNothing(ref reader, body);
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                source.Data = ChatReading.TextOrNothing(ref reader, body);
            }
            else if (reader.ValueTextEquals("format"u8))
            {
                source.Format = ChatReading.TextOrNothing(ref reader, body);
            }
            else if (reader.ValueTextEquals("file_data"u8))
            {
                source.FileData = ChatReading.TextOrNothing(ref reader, body);
            }
            else if (reader.ValueTextEquals("filename"u8))
            {
                source.FileName = ChatReading.TextOrNothing(ref reader, body);
            }
            else
            {
                ChatReading.Skip(ref reader);
            }
        }
    }

    private struct Source
    {
        public EscapedText Url;
        public EscapedText Detail;
        public EscapedText Data;
        public EscapedText Format;
        public EscapedText FileData;
        public EscapedText FileName;
    }
}
