using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Ccr.Standins.EmbeddedRedis.Protocol;

/// <summary>Writes replies in the client's version of the protocol (RESP2 or RESP3).</summary>
internal sealed class ReplyWriter(IBufferWriter<byte> output)
{
    /// <summary>2 or 3.</summary>
    public int Version { get; set; } = 2;

    /// <summary>All bytes written so far.</summary>
    public long Written { get; private set; }

    public void Ok() => Raw("+OK\r\n"u8);

    public void Status(string text)
    {
        Raw("+"u8);
        Text(text);
        Raw("\r\n"u8);
    }

    /// <summary>An error; line breaks in the text become spaces.</summary>
    public void Error(string text)
    {
        Raw("-"u8);
        Text(text.Replace('\r', ' ').Replace('\n', ' '));
        Raw("\r\n"u8);
    }

    public void Integer(long value) => Header(':', value);

    public void Bulk(ReadOnlySpan<byte> value)
    {
        Header('$', value.Length);
        Raw(value);
        Raw("\r\n"u8);
    }

    public void Bulk(string value) => Bulk(Encoding.UTF8.GetBytes(value));

    public void BulkOrNull(byte[]? value)
    {
        if (value is null)
        {
            Null();
        }
        else
        {
            Bulk(value);
        }
    }

    public void Null() => Raw(Version == 3 ? "_\r\n"u8 : "$-1\r\n"u8);

    public void NullArray() => Raw(Version == 3 ? "_\r\n"u8 : "*-1\r\n"u8);

    public void Array(long count) => Header('*', count);

    /// <summary>A map of so many pairs; RESP2 has an array of twice the length.</summary>
    public void Map(long pairs) => Header(Version == 3 ? '%' : '*', Version == 3 ? pairs : pairs * 2);

    public void Set(long count) => Header(Version == 3 ? '~' : '*', count);

    /// <summary>A message out of band; RESP2 has an array.</summary>
    public void Push(long count) => Header(Version == 3 ? '>' : '*', count);

    public void Double(double value)
    {
        var text = Doubles.Format(value);
        if (Version == 3)
        {
            Raw(","u8);
            Text(text);
            Raw("\r\n"u8);
        }
        else
        {
            Bulk(text);
        }
    }

    /// <summary>Plain text of many lines; RESP3 marks it as such.</summary>
    public void Verbatim(string text)
    {
        if (Version == 2)
        {
            Bulk(text);
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        Header('=', bytes.Length + 4);
        Raw("txt:"u8);
        Raw(bytes);
        Raw("\r\n"u8);
    }

    public void BulkArray(IReadOnlyCollection<byte[]> items)
    {
        Array(items.Count);
        foreach (var item in items)
        {
            Bulk(item);
        }
    }

    public void BulkSet(IReadOnlyCollection<byte[]> items)
    {
        Set(items.Count);
        foreach (var item in items)
        {
            Bulk(item);
        }
    }

    private void Header(char kind, long value)
    {
        Span<byte> line = stackalloc byte[24];
        line[0] = (byte)kind;
        Utf8Formatter.TryFormat(value, line[1..], out var length);
        "\r\n"u8.CopyTo(line[(length + 1)..]);
        Raw(line[..(length + 3)]);
    }

    // Errors echo bytes of the request: Latin-1 maps each byte to one character and back.
    private void Text(string text) => Raw(Encoding.Latin1.GetBytes(text));

    private void Raw(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        Written += bytes.Length;
    }
}
