using System.Buffers;
using System.Text.Json;

namespace Ccr.ProxyService.Responses;

/// <summary>Writes a Responses request anew with everything in it that it refers to by id.</summary>
internal static class InputExpansion
{
    /// <summary>
    /// The body with the earlier turns before its input, and known items in the place of their references. Without <paramref name="previous"/> a previous_response_id stays.
    /// Instructions are not inherited, as the protocol demands.
    /// </summary>
    public static byte[] Expand(ReadOnlySpan<byte> body, StoredResponse? previous, Func<string, byte[]?> item)
    {
        var output = new ArrayBufferWriter<byte>(body.Length * 2);
        output.Write("{"u8);
        var reader = new Utf8JsonReader(body);
        reader.Read();
        var sawInput = false;
        var any = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var nameStart = (int)reader.TokenStartIndex;
            var isInput = reader.ValueTextEquals("input"u8);
            var isPrevious = reader.ValueTextEquals("previous_response_id"u8);
            reader.Read();
            var valueStart = (int)reader.TokenStartIndex;
            if (isPrevious && previous is not null)
            {
                reader.Skip();
                continue;
            }

            output.Write(any ? ","u8 : default);
            any = true;
            if (!isInput)
            {
                reader.Skip();
                output.Write(body[nameStart..(int)reader.BytesConsumed]);
                continue;
            }

            sawInput = true;
            output.Write("\"input\":["u8);
            var count = WriteEarlier(output, previous);
            if (reader.TokenType == JsonTokenType.String)
            {
                output.Write(count > 0 ? ","u8 : default);
                WriteUserMessage(output, body[valueStart..(int)reader.BytesConsumed]);
            }
            else
            {
                WriteItems(output, ref reader, body, item, count);
            }

            output.Write("]"u8);
        }

        if (!sawInput && previous is not null)
        {
            output.Write(any ? ",\"input\":["u8 : "\"input\":["u8);
            WriteEarlier(output, previous);
            output.Write("]"u8);
        }

        output.Write("}"u8);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The input of a body as an array of items.</summary>
    public static byte[] InputOf(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isInput = reader.ValueTextEquals("input"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (!isInput)
            {
                continue;
            }

            var value = body[start..(int)reader.BytesConsumed];
            if (value[0] == (byte)'[')
            {
                return value.ToArray();
            }

            var output = new ArrayBufferWriter<byte>(value.Length + 64);
            output.Write("["u8);
            WriteUserMessage(output, value);
            output.Write("]"u8);
            return output.WrittenSpan.ToArray();
        }

        return "[]"u8.ToArray();
    }

    private static int WriteEarlier(ArrayBufferWriter<byte> output, StoredResponse? previous)
    {
        if (previous is null)
        {
            return 0;
        }

        var input = Inside(previous.Input);
        var answer = Inside(previous.Output);
        output.Write(input);
        output.Write(!input.IsEmpty && !answer.IsEmpty ? ","u8 : default);
        output.Write(answer);
        return input.Length + answer.Length;
    }

    private static ReadOnlySpan<byte> Inside(byte[] array) => array.AsSpan()[1..^1].Trim(" \r\n\t"u8);

    private static void WriteUserMessage(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> quoted)
    {
        output.Write("{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":"u8);
        output.Write(quoted);
        output.Write("}]}"u8);
    }

    private static void WriteItems(ArrayBufferWriter<byte> output, ref Utf8JsonReader reader, ReadOnlySpan<byte> body, Func<string, byte[]?> item, int count)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            var reference = reader.TokenType == JsonTokenType.StartObject ? Reference(reader) : null;
            reader.Skip();
            output.Write(count++ > 0 ? ","u8 : default);
            output.Write(reference is not null && item(reference) is { } known ? known : body[start..(int)reader.BytesConsumed]);
        }
    }

    /// <summary>The id that an item refers to; null when the item is no reference.</summary>
    private static string? Reference(Utf8JsonReader reader)
    {
        string? id = null;
        var isReference = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isId = reader.ValueTextEquals("id"u8);
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                isReference |= isType && reader.ValueTextEquals("item_reference"u8);
                id = isId ? reader.GetString() : id;
            }

            reader.Skip();
        }

        return isReference ? id : null;
    }
}
