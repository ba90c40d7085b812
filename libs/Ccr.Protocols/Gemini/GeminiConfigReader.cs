using System.Text;
using System.Text.Json;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;
using Ccr.Protocols.Schemas;

namespace Ccr.Protocols.Gemini;

/// <summary>Reads generationConfig.</summary>
internal static class GeminiConfigReader
{
    /// <summary>Reads the object under the reader into the request.</summary>
    public static void Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        GeminiRequestDecoder.Expect(reader.TokenType == JsonTokenType.StartObject, "generationConfig", "must be an object.");
        EscapedText mimeType = default;
        RawJson schema = default;
        var schemaName = "";
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.Is("maxOutputTokens"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.Null)
                {
                    GeminiRequestDecoder.Expect(reader.TryLong(out var max), "generationConfig.maxOutputTokens", "must be a whole number.");
                    request.MaxTokens = max;
                }
            }
            else if (reader.Is("temperature"u8))
            {
                request.Temperature = Number(ref reader, body, "generationConfig.temperature");
            }
            else if (reader.Is("topP"u8))
            {
                request.TopP = Number(ref reader, body, "generationConfig.topP");
            }
            else if (reader.Is("topK"u8))
            {
                request.TopK = Number(ref reader, body, "generationConfig.topK");
            }
            else if (reader.Is("seed"u8))
            {
                request.Seed = Number(ref reader, body, "generationConfig.seed");
            }
            else if (reader.Is("presencePenalty"u8))
            {
                request.PresencePenalty = Number(ref reader, body, "generationConfig.presencePenalty");
            }
            else if (reader.Is("frequencyPenalty"u8))
            {
                request.FrequencyPenalty = Number(ref reader, body, "generationConfig.frequencyPenalty");
            }
            else if (reader.Is("stopSequences"u8))
            {
                ReadStopSequences(ref reader, body, request);
            }
            else if (reader.Is("thinkingConfig"u8))
            {
                reader.Read();
                ReadThinking(ref reader, body, request);
            }
            else if (reader.Is("responseMimeType"u8))
            {
                mimeType = GeminiRequestDecoder.ReadText(ref reader, body);
            }
            else if (reader.Is("responseSchema"u8) || reader.Is("responseJsonSchema"u8))
            {
                schemaName = reader.Is("responseSchema"u8) ? "generationConfig.responseSchema" : "generationConfig.responseJsonSchema";
                reader.Read();
                schema = reader.Raw(body);
            }
            else
            {
                var name = "generationConfig." + reader.GetString();
                reader.Read();
                request.Extensions.Add(new(name, reader.Raw(body)));
            }
        }

        SetFormat(request, mimeType, schema, schemaName);
    }

    private static void SetFormat(CanonicalRequest request, EscapedText mimeType, RawJson schema, string schemaName)
    {
        if (mimeType.Span.SequenceEqual("application/json"u8))
        {
            request.OutputFormat = schema.IsNullOrAbsent ? OutputFormat.JsonObject : OutputFormat.JsonSchema;
            request.OutputSchema = schema.IsNullOrAbsent ? default : SchemaCleaner.WithLowerCaseTypes(schema);
            return;
        }

        // Another form, such as text/x.enum, is Gemini's own.
        if (!mimeType.IsEmpty && !mimeType.Span.SequenceEqual("text/plain"u8))
        {
            request.Extensions.Add(new("generationConfig.responseMimeType", new(Encoding.UTF8.GetBytes($"\"{mimeType}\""))));
        }

        if (!schema.IsNullOrAbsent)
        {
            request.Extensions.Add(new(schemaName, schema));
        }
    }

    private static RawJson Number(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, FieldPath path)
    {
        reader.Read();
        GeminiRequestDecoder.Expect(reader.TokenType is JsonTokenType.Number or JsonTokenType.Null, path, "must be a number.");
        return reader.TokenType == JsonTokenType.Null ? default : reader.Raw(body);
    }

    private static void ReadStopSequences(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        GeminiRequestDecoder.Expect(reader.TokenType == JsonTokenType.StartArray, "generationConfig.stopSequences", "must be an array of strings.");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            GeminiRequestDecoder.Expect(reader.TokenType == JsonTokenType.String, "generationConfig.stopSequences", "must be an array of strings.");
            request.StopSequences.Add(reader.Text(body));
        }
    }

    private static void ReadThinking(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, CanonicalRequest request)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        GeminiRequestDecoder.Expect(reader.TokenType == JsonTokenType.StartObject, "generationConfig.thinkingConfig", "must be an object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.Is("thinkingBudget"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.Null)
                {
                    continue;
                }

                GeminiRequestDecoder.Expect(reader.TryLong(out var budget), "generationConfig.thinkingConfig.thinkingBudget", "must be a whole number.");
                request.Thinking = budget == 0 ? ThinkingMode.Disabled : budget < 0 ? ThinkingMode.Adaptive : ThinkingMode.Enabled;
                request.ThinkingBudget = budget > 0 ? budget : null;
            }
            else if (reader.Is("thinkingLevel"u8))
            {
                var level = GeminiRequestDecoder.ReadText(ref reader, body);
                if (!level.IsEmpty && !level.Span.SequenceEqual("THINKING_LEVEL_UNSPECIFIED"u8))
                {
                    var word = level.Span.ToArray();
                    System.Text.Ascii.ToLowerInPlace(word, out _);
                    request.Effort = new(word);
                    request.Thinking = request.Thinking == ThinkingMode.Unset ? ThinkingMode.Adaptive : request.Thinking;
                }
            }
            else if (reader.Is("includeThoughts"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.True)
                {
                    request.Thinking = request.Thinking == ThinkingMode.Unset ? ThinkingMode.Adaptive : request.Thinking;
                }
                else if (reader.TokenType == JsonTokenType.False)
                {
                    request.Extensions.Add(new(GeminiRequestEncoder.IncludeThoughts, reader.Raw(body)));
                }
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }
}
