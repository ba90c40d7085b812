using System.Text.Json;

namespace Ccr.Protocols.Json;

/// <summary>Slices of the document that a reader over one contiguous buffer stands in.</summary>
internal static class JsonSlices
{
    /// <summary>A reader of a part of a document that was read before: what got through once, however deep, gets through again.</summary>
    public static Utf8JsonReader Reader(ReadOnlySpan<byte> json) => new(json, new JsonReaderOptions { MaxDepth = 1000 });

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

    /// <summary>The most tokens that a count is believed to be: sums of such counts stay numbers.</summary>
    private const long MostTokens = 1L << 50;

    /// <summary>A count of tokens, never negative and never so large that sums overflow; false for what is no integer.</summary>
    public static bool TryCount(this ref Utf8JsonReader reader, out long count)
    {
        var known = reader.TryLong(out count);
        count = Math.Clamp(count, 0, MostTokens);
        return known;
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
