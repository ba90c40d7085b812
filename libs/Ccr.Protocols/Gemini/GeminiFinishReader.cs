using System.Text.Json;

namespace Ccr.Protocols.Gemini;

/// <summary>Reads finish reasons: words, or the numbers of the enum that some SDKs record.</summary>
internal static class GeminiFinishReader
{
    /// <summary>The reason under the reader.</summary>
    public static GeminiFinish Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            return reader.TryGetInt32(out var number) ? FromNumber(number) : GeminiFinish.Stop;
        }

        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return GeminiFinish.None;
        }

        var word = reader.ValueSpan;
        return word.IsEmpty || word.SequenceEqual("FINISH_REASON_UNSPECIFIED"u8) ? GeminiFinish.None
            : word.SequenceEqual("STOP"u8) ? GeminiFinish.Stop
            : word.SequenceEqual("MAX_TOKENS"u8) ? GeminiFinish.MaxTokens
            : word.SequenceEqual("CONTINUATION"u8) ? GeminiFinish.Continuation
            : word.SequenceEqual("OTHER"u8) ? GeminiFinish.Other
            : word.SequenceEqual("MALFORMED_FUNCTION_CALL"u8) || word.SequenceEqual("UNEXPECTED_TOOL_CALL"u8) || word.SequenceEqual("TOO_MANY_TOOL_CALLS"u8)
                || word.SequenceEqual("MALFORMED_RESPONSE"u8) || word.SequenceEqual("MISSING_THOUGHT_SIGNATURE"u8) ? GeminiFinish.Malformed
            : word.SequenceEqual("SAFETY"u8) || word.SequenceEqual("RECITATION"u8) || word.SequenceEqual("LANGUAGE"u8) || word.SequenceEqual("BLOCKLIST"u8)
                || word.SequenceEqual("PROHIBITED_CONTENT"u8) || word.SequenceEqual("SPII"u8) || word.SequenceEqual("MODEL_ARMOR"u8) || word.SequenceEqual("NO_IMAGE"u8)
                || word.StartsWith("IMAGE_"u8) ? GeminiFinish.Refusal
            : GeminiFinish.Stop;
    }

    private static GeminiFinish FromNumber(int number) => number switch
    {
        0 => GeminiFinish.None,
        1 => GeminiFinish.Stop,
        2 => GeminiFinish.MaxTokens,
        5 => GeminiFinish.Other,
        3 or 4 or (>= 6 and <= 9) or 11 => GeminiFinish.Refusal,
        10 or 12 or 13 => GeminiFinish.Malformed,
        _ => GeminiFinish.Stop,
    };
}
