using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Anthropic;

/// <summary>
/// Reads an Anthropic Messages request into the canonical form in one pass, by slices of the body: no strings, no document. What it does not
/// know it keeps: unknown blocks as opaque ones, unknown fields as extensions.
/// </summary>
public static partial class AnthropicRequestDecoder
{
    /// <summary>Decodes a whole body.</summary>
    /// <exception cref="RequestFormatException">The body is no JSON, or a known field has the wrong type; names the field.</exception>
    public static CanonicalRequest Decode(ReadOnlyMemory<byte> body)
    {
        PeekScan.ExpectUtf8(body.Span);
        var request = new CanonicalRequest { Dialect = Dialect.Anthropic };
        var reader = new Utf8JsonReader(body.Span);
        try
        {
            reader.Read();
            Expect(reader.TokenType == JsonTokenType.StartObject, "", "", "The body must be a JSON object.");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadField(ref reader, body, request);
            }
        }
        catch (JsonException e)
        {
            throw PeekScan.NoJson(e, body.Length);
        }
        catch (InvalidOperationException)
        {
            throw PeekScan.NoText();
        }

        return request;
    }

    private static void ReadField(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        if (reader.ValueTextEquals("model"u8))
        {
            reader.Read();
            Expect(reader.TokenType == JsonTokenType.String, "model", "", "must be a string.");
            request.Model = reader.Text(body);
        }
        else if (reader.ValueTextEquals("messages"u8))
        {
            reader.Read();
            Expect(reader.TokenType == JsonTokenType.StartArray, "messages", "", "must be an array.");
            ReadMessages(ref reader, body, request);
        }
        else if (reader.ValueTextEquals("system"u8))
        {
            reader.Read();
            ReadContent(ref reader, body, request.System, "system");
        }
        else if (reader.ValueTextEquals("tools"u8))
        {
            reader.Read();
            ReadTools(ref reader, body, request);
        }
        else if (reader.ValueTextEquals("max_tokens"u8))
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.Null)
            {
                Expect(reader.TryLong(out var max), "max_tokens", "", "must be a whole number.");
                request.MaxTokens = max;
            }
        }
        else if (reader.ValueTextEquals("stream"u8))
        {
            reader.Read();
            Expect(reader.TokenType is JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null, "stream", "", "must be true or false.");
            request.Stream = reader.TokenType == JsonTokenType.True;
        }
        else if (reader.ValueTextEquals("temperature"u8))
        {
            request.Temperature = ReadNumber(ref reader, body, "temperature");
        }
        else if (reader.ValueTextEquals("top_p"u8))
        {
            request.TopP = ReadNumber(ref reader, body, "top_p");
        }
        else if (reader.ValueTextEquals("top_k"u8))
        {
            request.TopK = ReadNumber(ref reader, body, "top_k");
        }
        else if (reader.ValueTextEquals("stop_sequences"u8))
        {
            ReadStopSequences(ref reader, body, request);
        }
        else if (reader.ValueTextEquals("tool_choice"u8))
        {
            reader.Read();
            ReadToolChoice(ref reader, body, request);
        }
        else if (reader.ValueTextEquals("thinking"u8))
        {
            reader.Read();
            ReadThinking(ref reader, body, request);
        }
        else if (reader.ValueTextEquals("output_config"u8))
        {
            reader.Read();
            ReadOutputConfig(ref reader, body, request);
        }
        else if (reader.ValueTextEquals("metadata"u8))
        {
            reader.Read();
            ReadMetadata(ref reader, body, request);
        }
        else if (reader.ValueTextEquals("service_tier"u8))
        {
            request.ServiceTier = ReadText(ref reader, body);
        }
        else
        {
            var name = reader.GetString()!;
            reader.Read();
            request.Extensions.Add(new(name, reader.Raw(body)));
        }
    }

    private static RawJson ReadNumber(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, string path)
    {
        reader.Read();
        Expect(reader.TokenType is JsonTokenType.Number or JsonTokenType.Null, path, "", "must be a number.");
        return reader.TokenType == JsonTokenType.Null ? default : reader.Raw(body);
    }

    private static void ReadStopSequences(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        Expect(reader.TokenType == JsonTokenType.StartArray, "stop_sequences", "", "must be an array of strings.");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(reader.TokenType == JsonTokenType.String, "stop_sequences", "", "must be an array of strings.");
            request.StopSequences.Add(reader.Text(body));
        }
    }

    private static void ReadMessages(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var index = request.Messages.Count;
            var place = new FieldPath("messages[{0}]", index);
            Expect(reader.TokenType == JsonTokenType.StartObject, place, "", "must be an object.");
            MessageRole? role = null;
            var content = new List<ContentBlock>();
            var hasContent = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("role"u8))
                {
                    reader.Read();
                    Expect(reader.TokenType == JsonTokenType.String, place, ".role", "must be a string.");
                    role = reader.ValueTextEquals("user"u8) ? MessageRole.User
                        : reader.ValueTextEquals("assistant"u8) ? MessageRole.Assistant
                        : reader.ValueTextEquals("system"u8) ? MessageRole.System
                        : throw place.Fault(".role", "must be 'user', 'assistant' or 'system'.");
                }
                else if (reader.ValueTextEquals("content"u8))
                {
                    reader.Read();
                    hasContent = true;
                    ReadContent(ref reader, body, content, new FieldPath("messages[{0}].content", index));
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }

            Expect(role is not null, place, ".role", "is missing.");
            Expect(hasContent, place, ".content", "is missing.");
            request.Messages.Add(new(role!.Value, content, index));
        }
    }

    private static void ReadContent(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, List<ContentBlock> content, FieldPath path)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                break;
            case JsonTokenType.String:
                content.Add(new TextBlock(reader.Text(body)));
                break;
            case JsonTokenType.StartArray:
                for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
                {
                    if (reader.TokenType == JsonTokenType.String)
                    {
                        content.Add(new TextBlock(reader.Text(body)));
                        continue;
                    }

                    Expect(reader.TokenType == JsonTokenType.StartObject, path, "", "must be a string or an array of content blocks.");
                    content.Add(ReadBlock(ref reader, body, path with { Format = BlockFormat(path.Format), Second = i }));
                }

                break;
            default:
                throw path.Fault("", "must be a string or an array of content blocks.");
        }
    }

    private static ContentBlock ReadBlock(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, FieldPath path)
    {
        var start = (int)reader.TokenStartIndex;
        EscapedText type = default, text = default, id = default, name = default, signature = default, data = default, title = default, origin = default;
        Source source = default;
        RawJson input = default, cacheControl = default;
        List<ContentBlock>? content = null;
        var isError = false;
        var saysMore = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                type = ReadText(ref reader, body);
            }
            else if (reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("thinking"u8))
            {
                text = ReadText(ref reader, body);
            }
            else if (reader.ValueTextEquals("id"u8) || reader.ValueTextEquals("tool_use_id"u8))
            {
                id = ReadText(ref reader, body);
            }
            else if (reader.ValueTextEquals("name"u8))
            {
                name = ReadText(ref reader, body);
            }
            else if (reader.ValueTextEquals("input"u8))
            {
                reader.Read();
                input = reader.Raw(body);
            }
            else if (reader.ValueTextEquals("content"u8))
            {
                reader.Read();
                content = [];
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.StartArray)
                {
                    ReadContent(ref reader, body, content, path with { Format = NestedFormat(path.Format) });
                }
                else
                {
                    reader.Skip();
                }
            }
            else if (reader.ValueTextEquals("is_error"u8))
            {
                reader.Read();
                isError = reader.TokenType == JsonTokenType.True;
            }
            else if (reader.ValueTextEquals("source"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                {
                    origin = reader.Text(body);
                }
                else
                {
                    source = ReadSource(ref reader, body, path);
                }
            }
            else if (reader.ValueTextEquals("tool_name"u8))
            {
                name = ReadText(ref reader, body);
            }
            else if (reader.ValueTextEquals("signature"u8))
            {
                signature = ReadText(ref reader, body);
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                data = ReadText(ref reader, body);
            }
            else if (reader.ValueTextEquals("title"u8))
            {
                title = ReadText(ref reader, body);
            }
            else if (reader.ValueTextEquals("cache_control"u8))
            {
                reader.Read();
                cacheControl = reader.Raw(body);
            }
            else
            {
                reader.Read();
                saysMore |= reader.TokenType != JsonTokenType.Null;
                reader.Skip();
            }
        }

        var kind = type.Span;
        var raw = new RawJson(body[start..(int)reader.BytesConsumed]);
        var original = saysMore ? raw : default;
        if (kind.SequenceEqual("text"u8))
        {
            return new TextBlock(text) { CacheControl = cacheControl, Original = original };
        }

        if (kind.SequenceEqual("tool_use"u8))
        {
            Expect(!id.IsEmpty, path, ".id", "is missing.");
            Expect(!name.IsEmpty, path, ".name", "is missing.");
            return new ToolUseBlock(id, name, input) { CacheControl = cacheControl, Original = original };
        }

        if (kind.SequenceEqual("tool_result"u8))
        {
            Expect(!id.IsEmpty, path, ".tool_use_id", "is missing.");
            return new ToolResultBlock(id, content ?? [], isError) { CacheControl = cacheControl };
        }

        if (kind.SequenceEqual("thinking"u8))
        {
            return new ThinkingBlock(text, Unsealed(signature));
        }

        if (kind.SequenceEqual("redacted_thinking"u8))
        {
            return new RedactedThinkingBlock(Unsealed(data));
        }

        if (kind.SequenceEqual("image"u8) && source.IsUsable)
        {
            return new ImageBlock(source.MediaType, source.Data, source.Url) { CacheControl = cacheControl, Original = original };
        }

        if (kind.SequenceEqual("document"u8) && source.IsUsable)
        {
            return new DocumentBlock(source.MediaType, source.Data, source.Url, title) { CacheControl = cacheControl, Original = original };
        }

        // What other dialects can only say as text; their own clients get it back as it was.
        if (kind.SequenceEqual("document"u8) && source.Content is { } parts)
        {
            return new TextBlock(Joined(title, default, parts)) { CacheControl = cacheControl, Original = raw };
        }

        if (kind.SequenceEqual("search_result"u8))
        {
            return new TextBlock(Joined(title, origin, content ?? [])) { CacheControl = cacheControl, Original = raw };
        }

        if (kind.SequenceEqual("tool_reference"u8) && !name.IsEmpty)
        {
            return new TextBlock(new((byte[])[.. "Tool loaded: "u8, .. name.Span])) { CacheControl = cacheControl, Original = raw };
        }

        Expect(!type.IsEmpty, path, ".type", "is missing.");
        return new OpaqueBlock(type, raw, Dialect.Anthropic) { CacheControl = cacheControl };
    }

    // The few formats there are, so that no path is built for a block that is right.
    private static string BlockFormat(string content) => content switch
    {
        "system" => "system[{1}]",
        "messages[{0}].content" => "messages[{0}].content[{1}]",
        _ => content,
    };

    private static string NestedFormat(string block) => block switch
    {
        "messages[{0}].content[{1}]" => "messages[{0}].content[{1}].content",
        _ => block,
    };

    private static EscapedText ReadText(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.Text(body);
        }

        reader.Skip();
        return default;
    }

    private static Source ReadSource(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, FieldPath path)
    {
        var source = default(Source);
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return source;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("media_type"u8))
            {
                source.MediaType = ReadText(ref reader, body);
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                source.Data = ReadText(ref reader, body);
            }
            else if (reader.ValueTextEquals("url"u8))
            {
                source.Url = ReadText(ref reader, body);
            }
            else if (reader.ValueTextEquals("content"u8))
            {
                reader.Read();
                source.Content = [];
                ReadContent(ref reader, body, source.Content, path with { Format = NestedFormat(path.Format) });
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return source;
    }

    private static void ReadThinking(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        Expect(reader.TokenType == JsonTokenType.StartObject, "thinking", "", "must be an object with a type.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                Expect(reader.TokenType == JsonTokenType.String, "thinking.type", "", "must be a string.");
                request.Thinking = reader.ValueTextEquals("enabled"u8) ? ThinkingMode.Enabled
                    : reader.ValueTextEquals("disabled"u8) ? ThinkingMode.Disabled
                    : ThinkingMode.Adaptive;
            }
            else if (reader.ValueTextEquals("budget_tokens"u8))
            {
                reader.Read();
                Expect(reader.TryLong(out var budget), "thinking.budget_tokens", "", "must be a whole number.");
                request.ThinkingBudget = budget;
            }
            else if (reader.ValueTextEquals("display"u8))
            {
                request.ThinkingDisplay = ReadText(ref reader, body);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private static void ReadOutputConfig(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("effort"u8))
            {
                request.Effort = ReadText(ref reader, body);
            }
            else if (reader.ValueTextEquals("format"u8))
            {
                reader.Read();
                request.OutputSchema = ReadFormatSchema(ref reader, body);
                request.OutputFormat = request.OutputSchema.IsPresent ? OutputFormat.JsonSchema : OutputFormat.Text;
            }
            else
            {
                // task_budget and what may come: under its path, for an encoder of the same dialect.
                var name = AnthropicRequestEncoder.OutputConfigPrefix + reader.GetString();
                reader.Read();
                request.Extensions.Add(new(name, reader.Raw(body)));
            }
        }
    }

    private static RawJson ReadFormatSchema(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        RawJson schema = default;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return schema;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isSchema = reader.ValueTextEquals("schema"u8);
            reader.Read();
            if (isSchema)
            {
                schema = reader.Raw(body);
            }
            else
            {
                reader.Skip();
            }
        }

        return schema;
    }

    private static void Expect(bool condition, FieldPath path, string below, string message)
    {
        if (!condition)
        {
            throw path.Fault(below, message);
        }
    }

    private struct Source
    {
        public EscapedText MediaType;
        public EscapedText Data;
        public EscapedText Url;
        public List<ContentBlock>? Content;

        public readonly bool IsUsable => !Data.IsEmpty || !Url.IsEmpty;
    }
}
