using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>Reads content: a string, or a list of parts.</summary>
internal static class ResponsesPartReader
{
    /// <summary>Reads content into blocks.</summary>
    public static void Read(RawJson content, List<ContentBlock> blocks, EscapedText phase, FieldPath path)
    {
        if (content.IsNullOrAbsent)
        {
            return;
        }

        var document = content.Bytes;
        var reader = new Utf8JsonReader(document.Span);
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                blocks.Add(new TextBlock(reader.Text(document)) { Phase = phase });
                break;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (reader.TokenType == JsonTokenType.String)
                    {
                        blocks.Add(new TextBlock(reader.Text(document)) { Phase = phase });
                        continue;
                    }

                    if (reader.TokenType != JsonTokenType.StartObject)
                    {
                        throw path.Fault("", "must be a string or an array of parts.");
                    }

                    blocks.Add(ReadPart(ref reader, document, phase, path));
                }

                break;
            default:
                throw path.Fault("", "must be a string or an array of parts.");
        }
    }

    private static ContentBlock ReadPart(ref Utf8JsonReader reader, ReadOnlyMemory<byte> document, EscapedText phase, FieldPath path)
    {
        var start = (int)reader.TokenStartIndex;
        EscapedText type = default, text = default, imageUrl = default, detail = default, fileData = default, fileUrl = default, name = default;
        var hasText = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                type = Text(ref reader, document);
            }
            else if (reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("refusal"u8))
            {
                text = Text(ref reader, document);
                hasText = true;
            }
            else if (reader.ValueTextEquals("image_url"u8))
            {
                imageUrl = ImageUrl(ref reader, document);
            }
            else if (reader.ValueTextEquals("detail"u8))
            {
                detail = Text(ref reader, document);
            }
            else if (reader.ValueTextEquals("file_data"u8))
            {
                fileData = Text(ref reader, document);
            }
            else if (reader.ValueTextEquals("file_url"u8))
            {
                fileUrl = Text(ref reader, document);
            }
            else if (reader.ValueTextEquals("filename"u8))
            {
                name = Text(ref reader, document);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        var kind = type.Span;
        if (hasText && (kind.EndsWith("text"u8) || kind.SequenceEqual("refusal"u8) || kind.IsEmpty))
        {
            return new TextBlock(text) { Phase = phase };
        }

        if (!imageUrl.IsEmpty)
        {
            return ResponsesText.TryDataUrl(imageUrl, out var mediaType, out var data)
                ? new ImageBlock(mediaType, data, default) { Detail = detail }
                : new ImageBlock(default, default, imageUrl) { Detail = detail };
        }

        if (!fileData.IsEmpty)
        {
            return File(fileData, name);
        }

        if (!fileUrl.IsEmpty)
        {
            return new DocumentBlock(default, default, fileUrl, name);
        }

        if (type.IsEmpty)
        {
            throw path.Fault("[].type", "is missing.");
        }

        if (type.Span.EndsWith("_call"u8) || type.Span.EndsWith("_call_output"u8) || type.Span.SequenceEqual("message"u8) || type.Span.SequenceEqual("reasoning"u8) || type.Span.SequenceEqual("item_reference"u8))
        {
            // Later it would be taken for the item of that name, a result without its call.
            throw path.Fault("[].type", "names an item, which cannot stand inside a message.");
        }

        return new OpaqueBlock(type, new(document[start..(int)reader.BytesConsumed]), Dialect.OpenAIResponses);
    }

    private static DocumentBlock File(EscapedText data, EscapedText name)
    {
        if (!ResponsesText.TryDataUrl(data, out var mediaType, out var base64))
        {
            // Bare base64 is what some clients send; only documents of that kind could be meant.
            return new(new("application/pdf"u8.ToArray()), data, default, name);
        }

        return mediaType.Span.StartsWith("text/"u8) && ResponsesText.DecodeText(base64) is { } text
            ? new(new("text/plain"u8.ToArray()), text, default, name)
            : new(mediaType, base64, default, name);
    }

    private static EscapedText ImageUrl(ref Utf8JsonReader reader, ReadOnlyMemory<byte> document)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.Text(document);
        }

        // Chat's form, which some clients keep: {"url": …}.
        EscapedText url = default;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isUrl = reader.ValueTextEquals("url"u8);
                if (isUrl)
                {
                    url = Text(ref reader, document);
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }
        }
        else
        {
            reader.Skip();
        }

        return url;
    }

    /// <summary>The string that follows; empty when it is none.</summary>
    public static EscapedText Text(ref Utf8JsonReader reader, ReadOnlyMemory<byte> document)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.Text(document);
        }

        reader.Skip();
        return default;
    }
}
