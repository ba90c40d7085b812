using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Gemini;

/// <summary>Reads usageMetadata into the neutral arithmetic (wire 7.3): the prompt includes what is cached, the candidates exclude the thoughts.</summary>
internal static class GeminiUsageReader
{
    /// <summary>The counts under the reader; zero for what is no object.</summary>
    public static TokenCounts Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return default;
        }

        long prompt = 0, toolPrompt = 0, cached = 0, candidates = 0, thoughts = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.Is("promptTokenCount"u8))
            {
                prompt = Count(ref reader);
            }
            else if (reader.Is("toolUsePromptTokenCount"u8))
            {
                toolPrompt = Count(ref reader);
            }
            else if (reader.Is("cachedContentTokenCount"u8))
            {
                cached = Count(ref reader);
            }
            else if (reader.Is("candidatesTokenCount"u8))
            {
                candidates = Count(ref reader);
            }
            else if (reader.Is("thoughtsTokenCount"u8))
            {
                thoughts = Count(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return new(prompt + toolPrompt, cached, 0, candidates + thoughts, thoughts);
    }

    private static long Count(ref Utf8JsonReader reader)
    {
        reader.Read();
        var known = reader.TryCount(out var count);
        reader.Skip();
        return known ? count : 0;
    }
}
