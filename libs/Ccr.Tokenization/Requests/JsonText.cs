using System.Buffers;
using System.Globalization;
using System.Text;

namespace Ccr.Tokenization.Requests;

/// <summary>Counts the text of a JSON string from its bytes in the document.</summary>
internal static class JsonText
{
    /// <summary>
    /// Counts a string's tokens. <paramref name="raw"/> is what stands between the quotes, already checked by the reader. A count is kept
    /// for the escaped form, so that a text that is known need not be unescaped either.
    /// </summary>
    public static long Count(ReadOnlySpan<byte> raw, bool isEscaped, BpeEncoding encoding, TextCountCache? cache)
    {
        if (cache is null)
        {
            return Count(raw, isEscaped, encoding);
        }

        if (!cache.TryFind(raw, encoding, isEscaped, out var hash, out var tokens))
        {
            tokens = Count(raw, isEscaped, encoding);
            cache.Keep(hash, raw.Length, tokens);
        }

        return tokens;
    }

    private static long Count(ReadOnlySpan<byte> raw, bool isEscaped, BpeEncoding encoding)
    {
        if (!isEscaped)
        {
            return encoding.CountTokens(raw);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(raw.Length);
        try
        {
            return encoding.CountTokens(buffer.AsSpan(0, Unescape(raw, buffer)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Writes the text that the escapes stand for and returns its length, which is never more than theirs. Half a
    /// surrogate pair becomes U+FFFD, as it does when a JavaScript string is encoded; .NET's own reader would throw.
    /// </summary>
    public static int Unescape(ReadOnlySpan<byte> raw, Span<byte> destination)
    {
        var written = 0;
        while (true)
        {
            var plain = raw.IndexOf((byte)'\\');
            if (plain < 0)
            {
                raw.CopyTo(destination[written..]);
                return written + raw.Length;
            }

            raw[..plain].CopyTo(destination[written..]);
            written += plain;
            var kind = raw[plain + 1];
            raw = raw[(plain + 2)..];
            if (kind != 'u')
            {
                destination[written++] = kind switch
                {
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    (byte)'b' => (byte)'\b',
                    (byte)'f' => (byte)'\f',
                    _ => kind,
                };
                continue;
            }

            var unit = CodeUnit(raw);
            raw = raw[4..];
            if (char.IsHighSurrogate(unit) && raw.StartsWith("\\u"u8) && char.IsLowSurrogate(CodeUnit(raw[2..])))
            {
                written += new Rune(unit, CodeUnit(raw[2..])).EncodeToUtf8(destination[written..]);
                raw = raw[6..];
            }
            else
            {
                var rune = char.IsSurrogate(unit) ? Rune.ReplacementChar : new Rune(unit);
                written += rune.EncodeToUtf8(destination[written..]);
            }
        }
    }

    /// <summary>The four hexadecimal digits at the start; the reader has already refused anything else.</summary>
    private static char CodeUnit(ReadOnlySpan<byte> digits) => (char)ushort.Parse(digits[..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
