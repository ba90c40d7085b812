using System.Text.Json;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>The arguments of a call in a Chat request: JSON inside a string.</summary>
internal static class ChatArguments
{
    /// <summary>No arguments: an empty object.</summary>
    public static readonly RawJson None = new("{}"u8.ToArray());

    /// <summary>The JSON in the string under the reader, byte for byte; nothing becomes {}, what is no JSON object {"_raw": "…"}.</summary>
    public static RawJson Parse(ref Utf8JsonReader reader)
    {
        var escaped = reader.ValueSpan;
        if (EscapedText.IsBlankText(escaped) || escaped.SequenceEqual("null"u8))
        {
            return None;
        }

        var text = new byte[escaped.Length];
        try
        {
            var json = text.AsMemory(0, reader.CopyString(text));
            if (IsObject(json.Span))
            {
                return new(json);
            }
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate: no text, so no JSON either.
        }

        return Wrap("{\"_raw\":\""u8, escaped);
    }

    /// <summary>A custom tool's input, which is any text, as the argument of the function that stands for it.</summary>
    public static RawJson OfCustom(ReadOnlySpan<byte> escapedInput) => Wrap("{\"input\":\""u8, escapedInput);

    private static RawJson Wrap(ReadOnlySpan<byte> head, ReadOnlySpan<byte> escaped)
    {
        var json = new byte[head.Length + escaped.Length + 2];
        head.CopyTo(json);
        escaped.CopyTo(json.AsSpan(head.Length));
        "\"}"u8.CopyTo(json.AsSpan(head.Length + escaped.Length));
        return new(json);
    }

    private static bool IsObject(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            reader.Skip();
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
