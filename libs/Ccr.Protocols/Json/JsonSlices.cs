using System.Text.Json;

namespace Ccr.Protocols.Json;

/// <summary>Slices of the document that a reader over one contiguous buffer stands in.</summary>
internal static class JsonSlices
{
    /// <summary>The string under the reader, without its quotes.</summary>
    public static EscapedText Text(this ref Utf8JsonReader reader, ReadOnlyMemory<byte> document) =>
        new(document.Slice((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length));

    /// <summary>The whole value under the reader; leaves the reader on its last token.</summary>
    public static RawJson Raw(this ref Utf8JsonReader reader, ReadOnlyMemory<byte> document)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return new(document[start..(int)reader.BytesConsumed]);
    }

    /// <summary>An integer, also when it is spelt as a string or with a fraction; false for anything else.</summary>
    public static bool TryLong(this ref Utf8JsonReader reader, out long value)
    {
        value = 0;
        if (reader.TokenType == JsonTokenType.Number)
        {
            if (reader.TryGetInt64(out value))
            {
                return true;
            }

            if (reader.TryGetDouble(out var number) && number is > long.MinValue and < long.MaxValue)
            {
                value = (long)number;
                return true;
            }

            return false;
        }

        return reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped
            && System.Buffers.Text.Utf8Parser.TryParse(reader.ValueSpan, out value, out var used) && used == reader.ValueSpan.Length;
    }
}
