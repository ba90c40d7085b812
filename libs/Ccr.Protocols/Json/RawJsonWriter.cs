using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;

namespace Ccr.Protocols.Json;

/// <summary>Writes JSON from pieces that are already JSON. It checks nothing: its callers are encoders with tests for every form.</summary>
public readonly struct RawJsonWriter(IBufferWriter<byte> output)
{
    /// <summary>Bytes as they are: punctuation, names, values.</summary>
    public void Raw(ReadOnlySpan<byte> bytes) => output.Write(bytes);

    /// <summary>A string value from an escaped text.</summary>
    public void Escaped(ReadOnlySpan<byte> escaped)
    {
        var span = output.GetSpan(escaped.Length + 2);
        span[0] = (byte)'"';
        escaped.CopyTo(span[1..]);
        span[escaped.Length + 1] = (byte)'"';
        output.Advance(escaped.Length + 2);
    }

    /// <summary>The inside of a string value from plain UTF-8, escaped here.</summary>
    public void EscapeInto(ReadOnlySpan<byte> utf8)
    {
        while (!utf8.IsEmpty)
        {
            // Worst case is six bytes for one; large inputs go in pieces so that the buffer stays small.
            var piece = Math.Min(utf8.Length, 512);
            var span = output.GetSpan(piece * 6);
            JavaScriptEncoder.UnsafeRelaxedJsonEscaping.EncodeUtf8(utf8, span, out var read, out var written);
            output.Advance(written);
            if (read == 0)
            {
                // An incomplete sequence at the end of the input.
                output.Write("\\ufffd"u8);
                return;
            }

            utf8 = utf8[read..];
        }
    }

    /// <summary>A string value from a .NET string.</summary>
    public void Quoted(string text)
    {
        output.Write("\""u8);
        EscapeInto(System.Text.Encoding.UTF8.GetBytes(text));
        output.Write("\""u8);
    }

    /// <summary>An integer.</summary>
    public void Number(long value)
    {
        var span = output.GetSpan(20);
        Utf8Formatter.TryFormat(value, span, out var written);
        output.Advance(written);
    }
}
