using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Ccr.Standins.EmbeddedRedis.Protocol;

/// <summary>Doubles as C spells them: what strtod accepts as a whole, and what "%.17g" writes (Redis 7.0's form of scores).</summary>
internal static class Doubles
{
    // Longer ones would cost time in proportion to the square.
    private const int MaxHexLength = 5 * 1024;

    private static readonly SearchValues<byte> DecimalBytes = SearchValues.Create("0123456789.eE+-"u8);

    /// <summary>
    /// Parses the whole text; false for what is no number, NaN, and, unless <paramref name="clampToRange"/>, for results that overflow or vanish.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out double value, bool clampToRange = false)
    {
        value = 0;
        var negative = text is [(byte)'-', ..];
        var rest = Unsigned(text);
        if (IsInfinity(rest))
        {
            value = negative ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        if (rest is [(byte)'0', (byte)'x' or (byte)'X', ..])
        {
            return TryParseHexFloat(rest[2..], out var mantissa, out var exponent)
                && (FromBinary(mantissa, exponent, negative, out value) || clampToRange);
        }

        // Only digits may follow: the framework's own spellings of infinity and NaN are not C's.
        if (rest.IsEmpty || rest.IndexOfAnyExcept(DecimalBytes) >= 0
            || !double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value))
        {
            return false;
        }

        return clampToRange || (double.IsFinite(value) && (value != 0 || IsZero(rest)));
    }

    /// <summary>"%.17g", with C's names of the infinities.</summary>
    public static string Format(double value)
    {
        if (double.IsInfinity(value))
        {
            return value > 0 ? "inf" : "-inf";
        }

        return double.IsNaN(value) ? "nan" : value.ToString("G17", CultureInfo.InvariantCulture).Replace('E', 'e');
    }

    /// <summary>The same, but whole numbers with all their digits: how the packed form of a sorted set keeps them, up to half of 64 bits.</summary>
    public static string FormatPacked(double value) =>
        Math.Abs(value) <= long.MaxValue / 2 && Math.Truncate(value).Equals(value) ? ((long)value).ToString(CultureInfo.InvariantCulture) : Format(value);

    /// <summary>What follows an optional sign.</summary>
    internal static ReadOnlySpan<byte> Unsigned(ReadOnlySpan<byte> text) => text is [(byte)'-' or (byte)'+', ..] ? text[1..] : text;

    /// <summary>C accepts "inf" and "infinity" in any case.</summary>
    internal static bool IsInfinity(ReadOnlySpan<byte> rest) =>
        Ascii.EqualsIgnoreCase(rest, "inf"u8) || Ascii.EqualsIgnoreCase(rest, "infinity"u8);

    /// <summary>True when the digits before any exponent are all zero.</summary>
    internal static bool IsZero(ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOfAny("eE"u8);
        return (end < 0 ? rest : rest[..end]).IndexOfAnyInRange((byte)'1', (byte)'9') < 0;
    }

    /// <summary>The part after "0x": hexadecimal digits with an optional point and binary exponent; the value is mantissa * 2^exponent.</summary>
    internal static bool TryParseHexFloat(ReadOnlySpan<byte> text, out BigInteger mantissa, out int exponent)
    {
        mantissa = BigInteger.Zero;
        exponent = 0;
        if (text.Length > MaxHexLength)
        {
            return false;
        }

        var digits = 0;
        var point = false;
        var i = 0;
        for (; i < text.Length; i++)
        {
            if (text[i] == '.' && !point)
            {
                point = true;
            }
            else if (char.IsAsciiHexDigit((char)text[i]))
            {
                mantissa = (mantissa << 4) + Convert.ToInt32(((char)text[i]).ToString(), 16);
                exponent -= point ? 4 : 0;
                digits++;
            }
            else
            {
                break;
            }
        }

        if (digits == 0)
        {
            return false;
        }

        if (i == text.Length)
        {
            return true;
        }

        if (text[i] is not ((byte)'p' or (byte)'P')
            || !int.TryParse(text[(i + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var shift)
            || Math.Abs((long)shift) > 100_000)
        {
            return false;
        }

        exponent += shift;
        return true;
    }

    private static bool FromBinary(BigInteger mantissa, int exponent, bool negative, out double value)
    {
        // 53 significant bits are kept exactly by the conversion; longer mantissas are rounded to 64 bits first, sticky bit included.
        var excess = (int)mantissa.GetBitLength() - 62;
        if (excess > 0)
        {
            var sticky = (mantissa & ((BigInteger.One << excess) - 1)).IsZero ? 0 : 1;
            mantissa = (mantissa >> excess) | sticky;
            exponent += excess;
        }

        value = Math.ScaleB((double)(long)mantissa, exponent) * (negative ? -1 : 1);
        return double.IsFinite(value) && (value != 0 || mantissa.IsZero);
    }
}
