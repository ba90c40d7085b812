using System.Text.Json;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Anthropic;

/// <summary>Looks into a Messages request for what routing needs to know.</summary>
public static class AnthropicRequestPeek
{
    /// <summary>Peeks into a body.</summary>
    /// <exception cref="RequestFormatException">The body is no JSON object, or lacks a model or messages; names the field.</exception>
    public static RequestPeek Read(ReadOnlyMemory<byte> body) => Read(body, KnownTools.Shared);

    private static RequestPeek Read(ReadOnlyMemory<byte> body, KnownTools? known)
    {
        var rest = body;
        EscapedText model = default, userId = default;
        Range modelRange = default;
        bool stream = false, hasWebSearch = false, hasImage = false, hasMessages = false;
        var thinking = ThinkingMode.Unset;
        var reader = new Utf8JsonReader(body.Span);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new RequestFormatException("", "The body must be a JSON object.");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("model"u8))
                {
                    reader.Read();
                    if (reader.TokenType != JsonTokenType.String)
                    {
                        throw new RequestFormatException("model", "model must be a string.");
                    }

                    var start = body.Length - rest.Length;
                    model = reader.Text(rest);
                    modelRange = (start + (int)reader.TokenStartIndex)..(start + (int)reader.BytesConsumed);
                }
                else if (reader.ValueTextEquals("stream"u8))
                {
                    reader.Read();
                    if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null))
                    {
                        throw new RequestFormatException("stream", "stream must be true or false.");
                    }

                    stream = reader.TokenType == JsonTokenType.True;
                }
                else if (reader.ValueTextEquals("thinking"u8))
                {
                    reader.Read();
                    thinking = ReadThinking(ref reader);
                }
                else if (reader.ValueTextEquals("metadata"u8))
                {
                    reader.Read();
                    userId = PeekScan.Member(ref reader, "user_id"u8, rest);
                }
                else if (reader.ValueTextEquals("tools"u8))
                {
                    if (known is not null && known.TrySkip(ref reader, ref rest, out hasWebSearch))
                    {
                        continue;
                    }

                    reader.Read();
                    var start = (int)reader.TokenStartIndex;
                    hasWebSearch = ReadTools(ref reader);
                    known?.Add(rest.Span[start..], (int)reader.BytesConsumed - start, hasWebSearch);
                }
                else if (reader.ValueTextEquals("messages"u8))
                {
                    reader.Read();
                    if (reader.TokenType != JsonTokenType.StartArray)
                    {
                        throw new RequestFormatException("messages", "messages must be an array.");
                    }

                    hasMessages = true;
                    hasImage = ReadMessages(ref reader);
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }

            if (reader.Read())
            {
                throw new RequestFormatException("", "The body must be one JSON object.");
            }
        }
        catch (JsonException) when (rest.Length < body.Length)
        {
            // Once more without a jump, so that the place of the fault is right.
            return Read(body, null);
        }
        catch (JsonException e)
        {
            throw PeekScan.NoJson(e, body.Length);
        }
        catch (InvalidOperationException)
        {
            throw PeekScan.NoText();
        }

        if (model.IsEmpty)
        {
            throw new RequestFormatException("model", "model is missing.");
        }

        if (!hasMessages)
        {
            throw new RequestFormatException("messages", "messages is missing.");
        }

        return new() { Model = model, ModelRange = modelRange, Stream = stream, Thinking = thinking, HasWebSearch = hasWebSearch, HasImage = hasImage, UserId = userId };
    }

    private static ThinkingMode ReadThinking(ref Utf8JsonReader reader)
    {
        var mode = ThinkingMode.Unset;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return mode;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            reader.Read();
            if (isType && reader.TokenType == JsonTokenType.String)
            {
                mode = reader.ValueTextEquals("enabled"u8) ? ThinkingMode.Enabled : reader.ValueTextEquals("disabled"u8) ? ThinkingMode.Disabled : ThinkingMode.Adaptive;
            }
            else
            {
                reader.Skip();
            }
        }

        return mode;
    }

    private static bool ReadTools(ref Utf8JsonReader reader)
    {
        var found = false;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return false;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isType = reader.ValueTextEquals("type"u8);
                reader.Read();
                found |= isType && reader.TokenType == JsonTokenType.String && reader.ValueSpan.StartsWith("web_search"u8);
                reader.Skip();
            }
        }

        return found;
    }

    /// <summary>Whether the last user message has an image, directly or in a tool's result.</summary>
    private static bool ReadMessages(ref Utf8JsonReader reader)
    {
        var inNewest = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            bool isUser = false, image = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("role"u8))
                {
                    reader.Read();
                    isUser = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("user"u8);
                }
                else if (reader.ValueTextEquals("content"u8))
                {
                    reader.Read();
                    image = ReadBlocks(ref reader);
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }

            if (isUser)
            {
                inNewest = image;
            }
        }

        return inNewest;
    }

    private static bool ReadBlocks(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return false;
        }

        var found = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isType = reader.ValueTextEquals("type"u8);
                var isContent = reader.ValueTextEquals("content"u8);
                reader.Read();
                if (isType && reader.TokenType == JsonTokenType.String)
                {
                    found |= reader.ValueTextEquals("image"u8);
                }
                else if (isContent)
                {
                    found |= ReadBlocks(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        return found;
    }
}
