using System.Text.Json;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>The small steps that reading a Chat request is made of. Each leaves the reader on the value's last token.</summary>
internal static class ChatReading
{
    /// <summary>Goes to the value; true unless it is null.</summary>
    public static bool Value(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType != JsonTokenType.Null;
    }

    /// <summary>Steps over the value.</summary>
    public static void Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    /// <summary>A string; empty when null.</summary>
    public static EscapedText Text(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, FieldPath path, string below = "")
    {
        if (!Value(ref reader))
        {
            return default;
        }

        Expect(reader.TokenType == JsonTokenType.String, path, below, "must be a string.");
        return reader.Text(body);
    }

    /// <summary>A string; empty when it is anything else, for fields that no answer depends on.</summary>
    public static EscapedText TextOrNothing(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.Text(body);
        }

        reader.Skip();
        return default;
    }

    /// <summary>A number as spelt; absent when null.</summary>
    public static RawJson Number(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, FieldPath path)
    {
        if (!Value(ref reader))
        {
            return default;
        }

        Expect(reader.TokenType == JsonTokenType.Number, path, "", "must be a number.");
        return reader.Raw(body);
    }

    /// <summary>A whole number; null when null.</summary>
    public static long? Long(ref Utf8JsonReader reader, FieldPath path)
    {
        if (!Value(ref reader))
        {
            return null;
        }

        Expect(reader.TryLong(out var number), path, "", "must be a whole number.");
        return number;
    }

    /// <summary>True or false; null when null.</summary>
    public static bool? Flag(ref Utf8JsonReader reader, FieldPath path)
    {
        if (!Value(ref reader))
        {
            return null;
        }

        Expect(reader.TokenType is JsonTokenType.True or JsonTokenType.False, path, "", "must be true or false.");
        return reader.TokenType == JsonTokenType.True;
    }

    /// <summary>A value as it is; absent when null.</summary>
    public static RawJson Raw(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        if (Value(ref reader))
        {
            return reader.Raw(body);
        }

        return default;
    }

    /// <summary>The mark of a cache breakpoint in Anthropic's form, from OpenAI's prompt_cache_breakpoint.</summary>
    public static RawJson Breakpoint(ref Utf8JsonReader reader)
    {
        if (!Value(ref reader) || reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return default;
        }

        var ttl = "";
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isTtl = reader.ValueTextEquals("ttl"u8);
            reader.Read();
            if (isTtl && reader.TokenType == JsonTokenType.String)
            {
                ttl = reader.GetString();
            }

            reader.Skip();
        }

        // wire 8.1: half an hour there is five minutes here, half a day an hour.
        return ttl == "12h" ? HourMark : PlainMark;
    }

    /// <summary>Fails with the field's place unless the condition holds.</summary>
    public static void Expect(bool condition, FieldPath path, string below, string message)
    {
        if (!condition)
        {
            throw path.Fault(below, message);
        }
    }

    private static readonly RawJson PlainMark = new("""{"type":"ephemeral"}"""u8.ToArray());

    private static readonly RawJson HourMark = new("""{"type":"ephemeral","ttl":"1h"}"""u8.ToArray());
}
