using System.Text.Json;

namespace Ccr.Tokenization.Requests;

/// <summary>Walks a request body once, in the order of its bytes, whatever the order of its properties.</summary>
internal readonly ref struct RequestWalker(ReadOnlySpan<byte> json, BpeEncoding encoding, TextCountCache? cache)
{
    /// <summary>Deeper than any schema in use; a body nested deeper is refused as bad JSON.</summary>
    private const int MaxDepth = 256;

    private readonly ReadOnlySpan<byte> _json = json;
    private readonly BpeEncoding _encoding = encoding;
    private readonly TextCountCache? _cache = cache;

    /// <summary>What a block is, as far as it matters when it gives no data to count.</summary>
    private enum Kind
    {
        Other,
        Image,
        Document,
    }

    public RequestTokens Count()
    {
        var reader = new Utf8JsonReader(_json, new JsonReaderOptions { MaxDepth = MaxDepth });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException($"A request body must be a JSON object; this one is of the kind {reader.TokenType}.");
        }

        long system = 0, tools = 0, messages = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Takes(ref reader, "system"u8) || Takes(ref reader, "instructions"u8) || Takes(ref reader, "systemInstruction"u8) || Takes(ref reader, "system_instruction"u8))
            {
                system += Content(ref reader);
            }
            else if (Takes(ref reader, "tools"u8) || Takes(ref reader, "functions"u8))
            {
                tools += Tools(ref reader);
            }
            else if (Takes(ref reader, "messages"u8) || Takes(ref reader, "input"u8) || Takes(ref reader, "contents"u8))
            {
                Messages(ref reader, ref system, ref messages);
            }
            else
            {
                SkipProperty(ref reader);
            }
        }

        // Anything after the object is refused by the reader.
        reader.Read();
        return new RequestTokens(system, tools, messages);
    }

    private void Messages(ref Utf8JsonReader reader, ref long system, ref long messages)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            // OpenAI responses: the input may be the text itself.
            messages += RequestTokenCounter.MessageOverhead + Content(ref reader);
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            var tokens = Block(ref reader, out var isSystem) + RequestTokenCounter.MessageOverhead;
            system += isSystem ? tokens : 0;
            messages += isSystem ? 0 : tokens;
        }
    }

    private long Tools(ref Utf8JsonReader reader)
    {
        var tokens = 0L;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return tokens;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            tokens += reader.TokenType == JsonTokenType.StartObject ? RequestTokenCounter.ToolOverhead + Tool(ref reader) : 0;
        }

        return tokens;
    }

    /// <summary>One tool's name, description and schema; OpenAI chat keeps them one object deeper, and namespaces and Gemini keep a list of them there.</summary>
    private long Tool(ref Utf8JsonReader reader)
    {
        var tokens = 0L;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Takes(ref reader, "name"u8) || Takes(ref reader, "description"u8))
            {
                tokens += Text(ref reader);
            }
            else if (Takes(ref reader, "input_schema"u8) || Takes(ref reader, "parameters"u8) || Takes(ref reader, "parametersJsonSchema"u8))
            {
                tokens += Raw(ref reader);
            }
            else if (Takes(ref reader, "function"u8) || Takes(ref reader, "custom"u8))
            {
                tokens += reader.TokenType == JsonTokenType.StartObject ? Tool(ref reader) : 0;
            }
            else if (Takes(ref reader, "tools"u8) || Takes(ref reader, "functionDeclarations"u8) || Takes(ref reader, "function_declarations"u8))
            {
                tokens += Tools(ref reader);
            }
            else
            {
                SkipProperty(ref reader);
            }
        }

        return tokens;
    }

    /// <summary>A text, a block, or an array of both.</summary>
    private long Content(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return Text(ref reader);
            case JsonTokenType.StartObject:
                return Block(ref reader, out _);
            case JsonTokenType.StartArray:
                var tokens = 0L;
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    tokens += Content(ref reader);
                }

                return tokens;
            default:
                return 0;
        }
    }

    /// <summary>A content block, a message or a tool call: their properties never mean different things.</summary>
    private long Block(ref Utf8JsonReader reader, out bool isSystem)
    {
        var tokens = 0L;
        var kind = Kind.Other;
        var hasData = false;
        isSystem = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Takes(ref reader, "text"u8) || Takes(ref reader, "thinking"u8) || Takes(ref reader, "name"u8)
                || Takes(ref reader, "arguments"u8) || Takes(ref reader, "reasoning_content"u8) || Takes(ref reader, "refusal"u8)
                || Takes(ref reader, "title"u8) || Takes(ref reader, "context"u8))
            {
                tokens += Text(ref reader);
            }
            else if (Takes(ref reader, "type"u8))
            {
                kind = KindOf(ref reader);
            }
            else if (Takes(ref reader, "role"u8))
            {
                isSystem = reader.TokenType == JsonTokenType.String && (reader.ValueTextEquals("system"u8) || reader.ValueTextEquals("developer"u8));
                reader.Skip();
            }
            else if (Takes(ref reader, "input"u8) || Takes(ref reader, "args"u8) || Takes(ref reader, "response"u8))
            {
                tokens += Raw(ref reader);
            }
            else if (Takes(ref reader, "content"u8) || Takes(ref reader, "output"u8) || Takes(ref reader, "tool_calls"u8)
                || Takes(ref reader, "function"u8) || Takes(ref reader, "function_call"u8) || Takes(ref reader, "custom"u8)
                || Takes(ref reader, "parts"u8) || Takes(ref reader, "functionCall"u8) || Takes(ref reader, "functionResponse"u8) || Takes(ref reader, "function_response"u8))
            {
                tokens += Content(ref reader);
            }
            else if (Takes(ref reader, "source"u8) || Takes(ref reader, "image_url"u8) || Takes(ref reader, "file"u8) || Takes(ref reader, "input_audio"u8)
                || Takes(ref reader, "inlineData"u8) || Takes(ref reader, "inline_data"u8))
            {
                tokens += Source(ref reader, ref hasData);
            }
            else if (Takes(ref reader, "file_data"u8))
            {
                tokens += DataUrl(ref reader, ref hasData);
            }
            else
            {
                SkipProperty(ref reader);
            }
        }

        return hasData ? tokens : tokens + kind switch
        {
            Kind.Image => RequestTokenCounter.ImageTokens,
            Kind.Document => RequestTokenCounter.DocumentTokens,
            _ => 0,
        };
    }

    private static Kind KindOf(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return Kind.Other;
        }

        return reader.ValueTextEquals("image"u8) || reader.ValueTextEquals("image_url"u8) || reader.ValueTextEquals("input_image"u8) ? Kind.Image
            : reader.ValueTextEquals("document"u8) || reader.ValueTextEquals("file"u8) || reader.ValueTextEquals("input_file"u8) ? Kind.Document
            : Kind.Other;
    }

    /// <summary>Where an image, a document or a sound comes from. Base64 is measured, never encoded; text is counted.</summary>
    private long Source(ref Utf8JsonReader reader, ref bool hasData)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            // An address with the data in it, or, in a search result, the name of the source.
            return reader.ValueSpan.StartsWith("data:"u8) ? DataUrl(ref reader, ref hasData) : 0;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return 0;
        }

        var tokens = 0L;
        var isText = false;
        var media = ReadOnlySpan<byte>.Empty;
        var data = default(Utf8JsonReader);
        var found = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Takes(ref reader, "type"u8))
            {
                isText = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("text"u8);
                reader.Skip();
            }
            else if (Takes(ref reader, "media_type"u8) || Takes(ref reader, "format"u8) || Takes(ref reader, "mimeType"u8) || Takes(ref reader, "mime_type"u8))
            {
                media = reader.TokenType == JsonTokenType.String ? reader.ValueSpan : media;
                reader.Skip();
            }
            else if (Takes(ref reader, "data"u8))
            {
                found = reader.TokenType == JsonTokenType.String;
                data = reader;
                reader.Skip();
            }
            else if (Takes(ref reader, "content"u8))
            {
                tokens += Content(ref reader);
                hasData = true;
            }
            else if (Takes(ref reader, "url"u8) || Takes(ref reader, "file_data"u8))
            {
                tokens += DataUrl(ref reader, ref hasData);
            }
            else
            {
                SkipProperty(ref reader);
            }
        }

        hasData |= found;
        return !found ? tokens : tokens + (isText ? Text(ref data) : MediaTokens.Count(media, data.ValueSpan));
    }

    /// <summary>An address of the form data:MEDIA;base64,DATA; any other address counts by the kind of its block.</summary>
    private static long DataUrl(ref Utf8JsonReader reader, ref bool hasData)
    {
        if (reader.TokenType != JsonTokenType.String || !reader.ValueSpan.StartsWith("data:"u8))
        {
            reader.Skip();
            return 0;
        }

        hasData = true;
        var address = reader.ValueSpan["data:"u8.Length..];
        var comma = address.IndexOf((byte)',');
        return comma < 0 ? MediaTokens.Count(default, address) : MediaTokens.Count(address[..comma], address[(comma + 1)..]);
    }

    private long Text(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return JsonText.Count(reader.ValueSpan, reader.ValueIsEscaped, _encoding, _cache);
        }

        reader.Skip();
        return 0;
    }

    /// <summary>A value as the JSON that stands in the request.</summary>
    private long Raw(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        var isNull = reader.TokenType == JsonTokenType.Null;
        reader.Skip();
        return isNull ? 0 : JsonText.Count(_json[start..(int)reader.BytesConsumed], false, _encoding, _cache);
    }

    /// <summary>Moves on to the value when the property has this name.</summary>
    private static bool Takes(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (!reader.ValueTextEquals(name))
        {
            return false;
        }

        reader.Read();
        return true;
    }

    private static void SkipProperty(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }
}
