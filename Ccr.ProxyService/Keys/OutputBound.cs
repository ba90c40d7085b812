using System.Text.Json;

namespace Ccr.ProxyService.Keys;

/// <summary>The most output that a request allows, as its body says in any of the four dialects.</summary>
internal static class OutputBound
{
    private const int MostChoices = 128;

    /// <summary>Tokens; <paramref name="otherwise"/> where the body says nothing. Several answers to one question count each.</summary>
    public static long Of(ReadOnlySpan<byte> body, long otherwise)
    {
        long? bound = null;
        var choices = 1L;
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return otherwise;
            }

            Read(ref reader, isTop: true, ref bound, ref choices);
        }
        catch (JsonException)
        {
            // What is no JSON was refused before; then the usual bound does no harm.
        }

        return Math.Max(1, bound ?? otherwise) * choices;
    }

    private static void Read(ref Utf8JsonReader reader, bool isTop, ref long? bound, ref long choices)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isBound = reader.ValueTextEquals("max_tokens"u8) || reader.ValueTextEquals("max_completion_tokens"u8) || reader.ValueTextEquals("max_output_tokens"u8)
                || reader.ValueTextEquals("maxOutputTokens"u8);
            var isChoices = reader.ValueTextEquals("n"u8) || reader.ValueTextEquals("candidateCount"u8);
            var isBelow = isTop && (reader.ValueTextEquals("generationConfig"u8) || reader.ValueTextEquals("generation_config"u8));
            reader.Read();
            if (isBelow && reader.TokenType == JsonTokenType.StartObject)
            {
                Read(ref reader, isTop: false, ref bound, ref choices);
            }
            else if ((isBound || isChoices) && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number))
            {
                bound = isBound ? Math.Max(bound ?? 0, number) : bound;
                choices = isChoices ? Math.Clamp(number, 1, MostChoices) : choices;
            }
            else
            {
                reader.Skip();
            }
        }
    }
}
