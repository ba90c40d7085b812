using System.Buffers.Text;
using System.Text;

namespace Ccr.Standins.EmbeddedRedis.Protocol;

/// <summary>Integers as Redis spells them: no sign plus, no leading zeros, no spaces, 64 bits.</summary>
internal static class Integers
{
    public static bool TryParse(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        var digits = text is [(byte)'-', ..] ? text[1..] : text;
        if (digits.IsEmpty || digits[0] is < (byte)'0' or > (byte)'9' || (digits[0] == '0' && text.Length > 1))
        {
            return false;
        }

        return Utf8Parser.TryParse(text, out value, out var used) && used == text.Length;
    }

    public static byte[] Format(long value) =>
        Encoding.ASCII.GetBytes(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
