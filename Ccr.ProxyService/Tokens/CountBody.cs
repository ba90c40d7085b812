using System.Buffers;
using System.Text.Json;

namespace Ccr.ProxyService.Tokens;

/// <summary>Writes the body of a count from that of a request: the properties that the call takes, byte for byte, and the target's model.</summary>
internal static class CountBody
{
    private static readonly JsonReaderOptions Deep = new() { MaxDepth = 256 };

    /// <summary>Writes it.</summary>
    /// <exception cref="JsonException">The request is no JSON object.</exception>
    public static void Write(ReadOnlySpan<byte> request, CountQuestion question, string model, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        if (question.Envelope is { } envelope)
        {
            // Gemini alone has one, and wants the model as a resource name in it.
            writer.WriteStartObject(envelope);
            model = $"models/{model}";
        }

        writer.WriteString("model"u8, model);
        var reader = new Utf8JsonReader(request, Deep);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("A request body must be a JSON object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Takes(ref reader, question.Fields);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (name is not null)
            {
                writer.WritePropertyName(name);
                writer.WriteRawValue(request[start..(int)reader.BytesConsumed], skipInputValidation: true);
            }
        }

        if (question.Envelope is not null)
        {
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static string? Takes(ref Utf8JsonReader reader, string[]? fields)
    {
        if (fields is null)
        {
            return reader.ValueTextEquals("model"u8) ? null : reader.GetString();
        }

        foreach (var field in fields)
        {
            if (reader.ValueTextEquals(field))
            {
                return field;
            }
        }

        return null;
    }
}
