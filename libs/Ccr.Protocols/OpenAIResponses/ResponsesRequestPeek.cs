using System.Text.Json;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>Looks into a Responses request for what routing and the store of responses need to know.</summary>
public static class ResponsesRequestPeek
{
    /// <summary>Peeks into a body.</summary>
    /// <exception cref="RequestFormatException">The body is no JSON object, or lacks a model or input; names the field.</exception>
    public static RequestPeek Read(ReadOnlyMemory<byte> body)
    {
        EscapedText model = default, previous = default, cacheKey = default;
        Range modelRange = default;
        bool stream = false, hasWebSearch = false, hasImage = false, hasInput = false, hasReference = false, store = true;
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
                else if (reader.ValueTextEquals("input"u8))
                {
                    reader.Read();
                    hasInput = reader.TokenType is JsonTokenType.StartArray or JsonTokenType.String ? true : throw new RequestFormatException("input", "input must be a string or an array of items.");
                    if (reader.TokenType == JsonTokenType.StartArray)
                    {
                        var again = reader;
                        hasReference = PeekScan.HasType(ref again, "item_reference"u8);
                        hasImage = PeekScan.NewestHasType(ref reader, "input_image"u8);
                    }
                }
                else if (reader.ValueTextEquals("previous_response_id"u8))
                {
                    reader.Read();
                    previous = reader.TokenType switch
                    {
                        JsonTokenType.String => reader.Text(body),
                        JsonTokenType.Null => default,
                        _ => throw new RequestFormatException("previous_response_id", "previous_response_id must be a string."),
                    };
                }
                else if (reader.ValueTextEquals("prompt_cache_key"u8))
                {
                    reader.Read();
                    cacheKey = reader.TokenType == JsonTokenType.String ? reader.Text(body) : default;
                    reader.Skip();
                }
                else if (reader.ValueTextEquals("store"u8))
                {
                    reader.Read();
                    store = reader.TokenType != JsonTokenType.False;
                    reader.Skip();
                }
                else if (reader.ValueTextEquals("reasoning"u8))
                {
                    reader.Read();
                    thinking = ReadReasoning(ref reader);
                }
                else
                {
                    var isTools = reader.ValueTextEquals("tools"u8);
                    reader.Read();
                    hasWebSearch |= isTools && PeekScan.HasType(ref reader, "web_search"u8);
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
            : !hasInput && previous.IsEmpty ? throw new RequestFormatException("input", "input is missing.")
            : new()
            {
                Model = model,
                ModelRange = modelRange,
                Stream = stream,
                Thinking = thinking,
                HasWebSearch = hasWebSearch,
                HasImage = hasImage,
                HasItemReference = hasReference,
                PreviousResponseId = previous,
                PromptCacheKey = cacheKey,
                Store = store,
            };
    }

    private static ThinkingMode ReadReasoning(ref Utf8JsonReader reader)
    {
        var mode = ThinkingMode.Unset;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return mode;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isEffort = reader.ValueTextEquals("effort"u8);
            reader.Read();
            if (isEffort && reader.TokenType == JsonTokenType.String)
            {
                mode = PeekScan.Effort(ref reader);
            }

            reader.Skip();
        }

        return mode;
    }
}
