using System.Buffers;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>Strings inside strings: arguments, inputs and data URLs.</summary>
internal static class ResponsesText
{
    /// <summary>The text of a JSON string, in UTF-8.</summary>
    public static ReadOnlyMemory<byte> Unescape(ReadOnlyMemory<byte> escaped)
    {
        if (!escaped.Span.Contains((byte)'\\'))
        {
            return escaped;
        }

        var quoted = ArrayPool<byte>.Shared.Rent(escaped.Length + 2);
        try
        {
            quoted[0] = (byte)'"';
            escaped.Span.CopyTo(quoted.AsSpan(1));
            quoted[escaped.Length + 1] = (byte)'"';
            var reader = new Utf8JsonReader(quoted.AsSpan(0, escaped.Length + 2));
            reader.Read();
            var text = new byte[escaped.Length];
            return text.AsMemory(0, reader.CopyString(text));
        }
        catch (Exception e) when (e is InvalidOperationException or JsonException)
        {
            // Half a surrogate pair: legal in JSON, no text in UTF-8.
            return Encoding.UTF8.GetBytes(EscapedText.Unescape(escaped.Span));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(quoted);
        }
    }

    /// <summary>Escapes plain UTF-8.</summary>
    public static EscapedText Escape(ReadOnlySpan<byte> utf8)
    {
        var buffer = new ArrayBufferWriter<byte>(utf8.Length + 16);
        new RawJsonWriter(buffer).EscapeInto(utf8);
        return new(buffer.WrittenMemory);
    }

    /// <summary>Whether bytes are one JSON value and nothing else.</summary>
    public static bool IsJson(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        try
        {
            if (!reader.Read())
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

    /// <summary>A call's arguments as a value, from the string they travel in: nothing is {}, what is no JSON is kept under "_raw".</summary>
    public static RawJson Arguments(EscapedText escaped)
    {
        if (escaped.IsBlank || escaped.Span.SequenceEqual("null"u8))
        {
            return new("{}"u8.ToArray());
        }

        var text = Unescape(escaped.Bytes);
        return IsJson(text.Span) ? new(text) : Wrap("{\"_raw\":\""u8, escaped.Span);
    }

    /// <summary>A custom tool's text as the arguments of a function.</summary>
    public static RawJson CustomInput(EscapedText escaped) => Wrap("{\"input\":\""u8, escaped.Span);

    /// <summary>The text of a custom tool's call from the arguments of a function; the whole arguments when they are not of that form.</summary>
    public static ReadOnlyMemory<byte> CustomText(ReadOnlyMemory<byte> arguments)
    {
        try
        {
            var reader = new Utf8JsonReader(arguments.Span);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var isInput = reader.ValueTextEquals("input"u8);
                    reader.Read();
                    if (isInput && reader.TokenType == JsonTokenType.String)
                    {
                        return reader.Text(arguments).Bytes;
                    }

                    reader.Skip();
                }
            }
        }
        catch (JsonException)
        {
            // A cut call: its beginning is all there is.
        }

        return Escape(arguments.Span).Bytes;
    }

    /// <summary>Parts a base64 data URL; false for any other address.</summary>
    public static bool TryDataUrl(EscapedText url, out EscapedText mediaType, out EscapedText data)
    {
        mediaType = data = default;
        var span = url.Span;
        var comma = span.IndexOf((byte)',');
        if (!span.StartsWith("data:"u8) || comma < 0 || !span[..comma].EndsWith(";base64"u8))
        {
            return false;
        }

        var type = span[5..comma];
        mediaType = new(url.Bytes.Slice(5, type.IndexOf((byte)';')));
        data = new(url.Bytes[(comma + 1)..]);
        return true;
    }

    /// <summary>The text in base64 of a plain text document; null when it is none.</summary>
    public static EscapedText? DecodeText(EscapedText base64)
    {
        var text = new byte[System.Buffers.Text.Base64.GetMaxDecodedFromUtf8Length(base64.Span.Length)];
        return System.Buffers.Text.Base64.DecodeFromUtf8(base64.Span, text, out _, out var length) == OperationStatus.Done ? Escape(text.AsSpan(0, length)) : null;
    }

    private static RawJson Wrap(ReadOnlySpan<byte> head, ReadOnlySpan<byte> escaped)
    {
        var wrapped = new byte[head.Length + escaped.Length + 2];
        head.CopyTo(wrapped);
        escaped.CopyTo(wrapped.AsSpan(head.Length));
        "\"}"u8.CopyTo(wrapped.AsSpan(head.Length + escaped.Length));
        return new(wrapped);
    }
}
