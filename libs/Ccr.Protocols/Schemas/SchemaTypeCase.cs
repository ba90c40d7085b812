using System.Text.Json;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Schemas;

/// <summary>Gemini writes types in upper case ("OBJECT"), everybody else in lower case. Both are of one length, so a copy is changed in place.</summary>
internal static class SchemaTypeCase
{
    /// <summary>The schema in lower case; the same bytes when it was.</summary>
    public static RawJson Lower(RawJson schema)
    {
        if (schema.IsNullOrAbsent)
        {
            return schema;
        }

        byte[]? copy = null;
        var reader = new Utf8JsonReader(schema.Span, new JsonReaderOptions { MaxDepth = 1000 });
        try
        {
            var inType = false;
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    inType = reader.ValueTextEquals("type"u8);
                }
                else if (reader.TokenType == JsonTokenType.String && inType && IsUpperType(reader.ValueSpan))
                {
                    copy ??= schema.Span.ToArray();
                    var word = copy.AsSpan((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
                    System.Text.Ascii.ToLower(reader.ValueSpan, word, out _);
                }
                else if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.String))
                {
                    inType = false;
                }
            }
        }
        catch (JsonException)
        {
            return schema;
        }

        return copy is null ? schema : new(copy);
    }

    private static bool IsUpperType(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("OBJECT"u8) || word.SequenceEqual("STRING"u8) || word.SequenceEqual("INTEGER"u8) || word.SequenceEqual("NUMBER"u8)
        || word.SequenceEqual("BOOLEAN"u8) || word.SequenceEqual("ARRAY"u8) || word.SequenceEqual("NULL"u8);
}
