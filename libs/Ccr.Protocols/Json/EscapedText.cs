using System.Buffers;
using System.Text.Json;

namespace Ccr.Protocols.Json;

/// <summary>
/// The content of a JSON string as it stood between its quotes, still escaped, in UTF-8. It can be copied into another JSON
/// document as it is, which is why translation neither unescapes nor allocates strings.
/// </summary>
public readonly struct EscapedText(ReadOnlyMemory<byte> bytes)
{
    /// <summary>The escaped bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <summary>The escaped bytes.</summary>
    public ReadOnlySpan<byte> Span => Bytes.Span;

    /// <summary>True when there is not a single character.</summary>
    public bool IsEmpty => Bytes.IsEmpty;

    /// <summary>True when the text is empty or only blanks and line breaks, plain or escaped.</summary>
    public bool IsBlank => IsBlankText(Span);

    /// <summary>Whether an escaped text is empty or only blanks and line breaks.</summary>
    public static bool IsBlankText(ReadOnlySpan<byte> escaped)
    {
        for (var i = 0; i < escaped.Length; i++)
        {
            var b = escaped[i];
            if (b == '\\' && i + 1 < escaped.Length && escaped[i + 1] is (byte)'n' or (byte)'r' or (byte)'t')
            {
                i++;
            }
            else if (b >= 0x80 || (b == '\\' && i + 1 < escaped.Length && escaped[i + 1] == 'u'))
            {
                // Rare: another blank of Unicode, or an escaped one; Anthropic counts those as blank too.
                return string.IsNullOrWhiteSpace(Unescape(escaped[i..]));
            }
            else if (b != ' ')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Escapes a .NET string.</summary>
    public static EscapedText From(string text) => new(JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.ToArray());

    /// <summary>The text itself; allocates, so not for the hot path.</summary>
    public override string ToString() => Unescape(Span);

    /// <summary>Unescapes to a .NET string; allocates, so not for the hot path.</summary>
    public static string Unescape(ReadOnlySpan<byte> escaped)
    {
        var quoted = ArrayPool<byte>.Shared.Rent(escaped.Length + 2);
        try
        {
            quoted[0] = (byte)'"';
            escaped.CopyTo(quoted.AsSpan(1));
            quoted[escaped.Length + 1] = (byte)'"';
            var reader = new Utf8JsonReader(quoted.AsSpan(0, escaped.Length + 2));
            reader.Read();
            try
            {
                return reader.GetString() ?? "";
            }
            catch (InvalidOperationException)
            {
                // Lone surrogates and invalid UTF-8 are legal in a slice but not in GetString.
                return System.Text.Encoding.UTF8.GetString(escaped);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(quoted);
        }
    }
}
