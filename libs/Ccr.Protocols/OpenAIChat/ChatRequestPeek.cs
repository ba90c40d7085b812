using System.Text.Json;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>Looks into a Chat Completions request for what routing needs to know.</summary>
public static class ChatRequestPeek
{
    /// <summary>Peeks into a body.</summary>
    /// <exception cref="RequestFormatException">The body is no JSON object, or lacks a model or messages; names the field.</exception>
    public static RequestPeek Read(ReadOnlyMemory<byte> body)
    {
        EscapedText model = default, cacheKey = default;
        Range modelRange = default;
        bool stream = false, hasWebSearch = false, hasImage = false, hasMessages = false, hasStreamOptions = false;
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
                    model = reader.TokenType == JsonTokenType.String ? reader.Text(body) : throw new RequestFormatException("model", "model must be a string.");
                    modelRange = (int)reader.TokenStartIndex..(int)reader.BytesConsumed;
                }
                else if (reader.ValueTextEquals("stream"u8))
                {
                    reader.Read();
                    stream = reader.TokenType is JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null
                        ? reader.TokenType == JsonTokenType.True
                        : throw new RequestFormatException("stream", "stream must be true or false.");
                }
                else if (reader.ValueTextEquals("messages"u8))
                {
                    reader.Read();
                    hasMessages = reader.TokenType == JsonTokenType.StartArray ? true : throw new RequestFormatException("messages", "messages must be an array.");
                    hasImage = PeekScan.NewestHasType(ref reader, "image_url"u8);
                }
                else if (reader.ValueTextEquals("reasoning_effort"u8))
                {
                    reader.Read();
                    thinking = PeekScan.Effort(ref reader);
                    reader.Skip();
                }
                else if (reader.ValueTextEquals("prompt_cache_key"u8))
                {
                    reader.Read();
                    cacheKey = reader.TokenType == JsonTokenType.String ? reader.Text(body) : default;
                    reader.Skip();
                }
                else if (reader.ValueTextEquals("tools"u8))
                {
                    reader.Read();
                    hasWebSearch |= PeekScan.HasType(ref reader, "web_search"u8);
                    reader.Skip();
                }
                else
                {
                    hasStreamOptions |= reader.ValueTextEquals("stream_options"u8);
                    var isWebSearch = reader.ValueTextEquals("web_search_options"u8);
                    reader.Read();
                    hasWebSearch |= isWebSearch && reader.TokenType == JsonTokenType.StartObject;
                    reader.Skip();
                }
            }

            if (reader.Read())
            {
                throw new RequestFormatException("", "The body must be one JSON object.");
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

        return model.IsEmpty ? throw new RequestFormatException("model", "model is missing.")
            : !hasMessages ? throw new RequestFormatException("messages", "messages is missing.")
            : new() { Model = model, ModelRange = modelRange, Stream = stream, Thinking = thinking, HasWebSearch = hasWebSearch, HasImage = hasImage, HasStreamOptions = hasStreamOptions, PromptCacheKey = cacheKey };
    }
}
