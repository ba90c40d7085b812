using System.Diagnostics;
using System.Text.Json;

namespace Ccr.ProxyService.Telemetry;

/// <summary>Notes on a span what a request asks of sampling and length, from one pass over the body that builds nothing. Only for requests whose span is recorded.</summary>
internal static class RequestParameters
{
    private const string MaxTokens = "gen_ai.request.max_tokens";

    /// <summary>Notes it. A body that is no JSON says nothing; the answer will tell the client.</summary>
    public static void Note(Activity span, ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                NoteMembers(span, ref reader);
            }
        }
        catch (JsonException)
        {
            // See above.
        }
    }

    private static void NoteMembers(Activity span, ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var tag = TagOf(reader);
            var isGemini = reader.ValueTextEquals("generationConfig"u8);
            reader.Read();
            if (isGemini && reader.TokenType == JsonTokenType.StartObject)
            {
                NoteMembers(span, ref reader);
            }
            else if (tag is not null && reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var number))
            {
                span.SetTag(tag, tag == MaxTokens ? (long)number : (object)number);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static string? TagOf(in Utf8JsonReader name) =>
        name.ValueTextEquals("max_tokens"u8) || name.ValueTextEquals("max_completion_tokens"u8) || name.ValueTextEquals("max_output_tokens"u8) || name.ValueTextEquals("maxOutputTokens"u8) ? MaxTokens
        : name.ValueTextEquals("temperature"u8) ? "gen_ai.request.temperature"
        : name.ValueTextEquals("top_p"u8) || name.ValueTextEquals("topP"u8) ? "gen_ai.request.top_p"
        : name.ValueTextEquals("top_k"u8) || name.ValueTextEquals("topK"u8) ? "gen_ai.request.top_k"
        : null;
}
