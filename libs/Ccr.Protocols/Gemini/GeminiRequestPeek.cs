using System.Text.Json;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Gemini;

/// <summary>Looks into a generateContent request for what routing needs to know; the model and the wish for a stream stand in the address.</summary>
public static class GeminiRequestPeek
{
    /// <summary>Peeks into a body.</summary>
    /// <exception cref="RequestFormatException">The body is no JSON object, or lacks contents; names the field.</exception>
    public static RequestPeek Read(ReadOnlyMemory<byte> body, string model, bool stream)
    {
        bool hasWebSearch = false, hasImage = false, hasContents = false;
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
                if (reader.ValueTextEquals("contents"u8))
                {
                    reader.Read();
                    hasContents = true;
                    hasImage = ReadContents(ref reader);
                }
                else if (reader.ValueTextEquals("tools"u8))
                {
                    reader.Read();
                    hasWebSearch = PeekScan.HasProperty(ref reader, "googleSearch"u8, "google_search"u8);
                    reader.Skip();
                }
                else if (reader.ValueTextEquals("generationConfig"u8) || reader.ValueTextEquals("generation_config"u8))
                {
                    reader.Read();
                    thinking = ReadThinking(ref reader);
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
        catch (JsonException e)
        {
            throw PeekScan.NoJson(e, body.Length);
        }
        catch (InvalidOperationException)
        {
            throw PeekScan.NoText();
        }

        return !hasContents
            ? throw new RequestFormatException("contents", "contents is missing.")
            : new() { Model = EscapedText.From(model), Stream = stream, Thinking = thinking, HasWebSearch = hasWebSearch, HasImage = hasImage };
    }

    /// <summary>A budget of 0 switches thinking off; a low level is what models have anyway.</summary>
    private static ThinkingMode ReadThinking(ref Utf8JsonReader reader)
    {
        var mode = ThinkingMode.Unset;
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return mode;
        }

        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            if (reader.ValueTextEquals("thinkingConfig"u8) || reader.ValueTextEquals("thinking_config"u8))
            {
                mode = ThinkingMode.Adaptive;
            }
            else if (reader.ValueTextEquals("thinkingBudget"u8) || reader.ValueTextEquals("thinking_budget"u8))
            {
                reader.Read();
                mode = reader.TryLong(out var budget) && budget == 0 ? ThinkingMode.Disabled : mode;
            }
            else if (reader.ValueTextEquals("thinkingLevel"u8) || reader.ValueTextEquals("thinking_level"u8))
            {
                reader.Read();
                mode = reader.TokenType == JsonTokenType.String && (IsLevel(ref reader, "low"u8) || IsLevel(ref reader, "minimal"u8)) ? ThinkingMode.Unset : mode;
            }
        }

        return mode;
    }

    private static bool IsLevel(ref Utf8JsonReader reader, ReadOnlySpan<byte> level) => System.Text.Ascii.EqualsIgnoreCase(reader.ValueSpan, level);

    private static bool ReadContents(ref Utf8JsonReader reader)
    {
        // A single content, or even a bare string, is taken by the official libraries too.
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return PeekScan.HasProperty(ref reader, "inlineData"u8, "inline_data"u8);
        }

        var newest = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            newest = PeekScan.HasProperty(ref reader, "inlineData"u8, "inline_data"u8);
        }

        return newest;
    }
}
