using System.Text.Json;
using System.Text.Unicode;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Requests;

/// <summary>Looks into parts of a body without building anything. All leave the reader on the last token of the value.</summary>
internal static class PeekScan
{
    /// <summary>The fault of a body that is no JSON.</summary>
    public static RequestFormatException NoJson(JsonException e, int length) =>
        new("", length == 0 ? "The body is empty; a JSON object is expected." : $"The body is not valid JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.");

    /// <summary>
    /// The fault of a body in which a word that decides on something has half of a surrogate pair: readers throw on such when they compare. Texts may have
    /// them; those are copied, not read.
    /// </summary>
    public static RequestFormatException NoText() => new("", "The body holds a string that is no valid Unicode where a word is expected.");

    /// <summary>Refuses a body that is not UTF-8: readers of JSON do not look at the bytes inside strings, and providers refuse them.</summary>
    public static void ExpectUtf8(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
        {
            throw new RequestFormatException("", "The body is not valid UTF-8.");
        }
    }

    /// <summary>The text of a member of the object under the reader; empty where there is none. Of several the last counts, as JSON readers have it.</summary>
    public static EscapedText Member(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, ReadOnlyMemory<byte> document)
    {
        EscapedText text = default;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return text;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isName = reader.ValueTextEquals(name);
            reader.Read();
            if (isName && reader.TokenType == JsonTokenType.String)
            {
                text = reader.Text(document);
            }

            reader.Skip();
        }

        return text;
    }

    /// <summary>
    /// What an effort of OpenAI's scale says of thinking: such models always think, and clients name a medium effort by habit, so that only a high one
    /// asks for a thinker.
    /// </summary>
    public static ThinkingMode Effort(ref Utf8JsonReader reader) =>
        reader.TokenType != JsonTokenType.String ? ThinkingMode.Unset
        : reader.ValueTextEquals("none"u8) ? ThinkingMode.Disabled
        : reader.ValueTextEquals("high"u8) || reader.ValueTextEquals("xhigh"u8) || reader.ValueTextEquals("max"u8) ? ThinkingMode.Adaptive
        : ThinkingMode.Unset;

    /// <summary>Whether any object inside the value has a "type" that begins so.</summary>
    public static bool HasType(ref Utf8JsonReader reader, ReadOnlySpan<byte> prefix)
    {
        if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
        {
            return false;
        }

        var found = false;
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                found |= reader.TokenType == JsonTokenType.String && reader.ValueSpan.StartsWith(prefix);
            }
        }

        return found;
    }

    /// <summary>Whether any object inside the value has that property.</summary>
    public static bool HasProperty(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, ReadOnlySpan<byte> otherName = default)
    {
        if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
        {
            return false;
        }

        var found = false;
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            found |= reader.TokenType == JsonTokenType.PropertyName && (reader.ValueTextEquals(name) || (!otherName.IsEmpty && reader.ValueTextEquals(otherName)));
        }

        return found;
    }

    /// <summary>Whether the last message of the user in a list, or a tool's result after it, holds an object of that type.</summary>
    public static bool NewestHasType(ref Utf8JsonReader reader, ReadOnlySpan<byte> type)
    {
        var inNewest = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            var counts = true;
            var found = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isRole = reader.ValueTextEquals("role"u8);
                var isContent = reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("output"u8);
                reader.Read();
                if (isRole && reader.TokenType == JsonTokenType.String)
                {
                    counts = reader.ValueTextEquals("user"u8) || reader.ValueTextEquals("tool"u8);
                }

                if (isContent)
                {
                    found |= HasType(ref reader, type);
                }
                else
                {
                    reader.Skip();
                }
            }

            // A result after an image belongs to the same turn; a new user message begins another.
            inNewest = counts && found;
        }

        return inNewest;
    }
}
