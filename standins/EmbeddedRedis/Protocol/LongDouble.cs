using System.Globalization;
using System.Numerics;
using System.Text;

namespace Ccr.Standins.EmbeddedRedis.Protocol;

/// <summary>
/// A number with the 64-bit significand of x87 extended precision, in which Redis does INCRBYFLOAT and HINCRBYFLOAT: value =
/// significand * 2^exponent. Sums and spellings are therefore those of a Redis server on x86, digit for digit.
/// </summary>
internal readonly struct LongDouble
{
    private const int SignificantBits = 64;
    private const int MaxExponent = 16384;
    private const int MinExponent = -16445;
    private const int Decimals = 17;

    // Redis copies the text into a buffer of this size first.
    private const int MaxTextLength = 5 * 1024;
    private readonly BigInteger _significand;
    private readonly int _exponent;

    private LongDouble(BigInteger significand, int exponent, bool infinite = false)
    {
        _significand = significand;
        _exponent = exponent;
        IsInfinite = infinite;
    }

    public bool IsInfinite { get; }

    /// <summary>Parses the whole text as C's strtold does; false for what is no number, NaN, or out of range.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out LongDouble value)
    {
        value = default;
        if (text.Length >= MaxTextLength)
        {
            return false;
        }

        var sign = text is [(byte)'-', ..] ? -1 : 1;
        var rest = Doubles.Unsigned(text);
        if (Doubles.IsInfinity(rest))
        {
            value = new LongDouble(sign, 0, infinite: true);
            return true;
        }

        if (rest is [(byte)'0', (byte)'x' or (byte)'X', ..])
        {
            if (!Doubles.TryParseHexFloat(rest[2..], out var mantissa, out var exponent))
            {
                return false;
            }

            value = Round(sign * mantissa, BigInteger.One, exponent);
        }
        else if (TryParseDecimal(rest, out var digits, out var power))
        {
            value = power >= 0
                ? Round(sign * digits * BigInteger.Pow(10, power), BigInteger.One, 0)
                : Round(sign * digits, BigInteger.Pow(10, -power), 0);
            if (value._significand.IsZero && !digits.IsZero)
            {
                return false;
            }
        }
        else
        {
            return false;
        }

        return !value.IsInfinite;
    }

    public static LongDouble operator +(LongDouble left, LongDouble right)
    {
        if (left.IsInfinite || right.IsInfinite)
        {
            return new LongDouble(BigInteger.One, 0, infinite: true);
        }

        var exponent = Math.Min(left._exponent, right._exponent);
        var sum = (left._significand << (left._exponent - exponent)) + (right._significand << (right._exponent - exponent));
        return Round(sum, BigInteger.One, exponent);
    }

    /// <summary>"%.17Lf" without trailing zeros.</summary>
    public byte[] Format()
    {
        var scaled = _significand * BigInteger.Pow(10, Decimals);
        scaled = _exponent >= 0 ? scaled << _exponent : DivideToEven(scaled, BigInteger.One << -_exponent);
        var digits = BigInteger.Abs(scaled).ToString(CultureInfo.InvariantCulture).PadLeft(Decimals + 1, '0');
        var text = (digits[..^Decimals] + "." + digits[^Decimals..]).TrimEnd('0').TrimEnd('.');
        return Encoding.ASCII.GetBytes(scaled.Sign < 0 ? "-" + text : text);
    }

    private static bool TryParseDecimal(ReadOnlySpan<byte> text, out BigInteger digits, out int power)
    {
        digits = BigInteger.Zero;
        power = 0;
        var end = text.IndexOfAny("eE"u8);
        if (end >= 0)
        {
            if (!int.TryParse(text[(end + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out power))
            {
                return false;
            }

            text = text[..end];
        }

        var point = text.IndexOf((byte)'.');
        var whole = point < 0 ? text : text[..point];
        var fraction = point < 0 ? default : text[(point + 1)..];
        if (whole.Length + fraction.Length == 0 || whole.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0
            || fraction.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0)
        {
            return false;
        }

        digits = BigInteger.Parse(Encoding.ASCII.GetString(whole) + Encoding.ASCII.GetString(fraction), CultureInfo.InvariantCulture);
        power = (int)Math.Clamp((long)power - fraction.Length, int.MinValue, int.MaxValue);
        if (digits.IsZero)
        {
            power = 0;
        }

        // Beyond this no 64-bit significand has an exponent: overflow and underflow are errors alike.
        return Math.Abs((long)power) <= 10_000;
    }

    private static LongDouble Round(BigInteger numerator, BigInteger denominator, int exponent)
    {
        if (numerator.IsZero)
        {
            return default;
        }

        // Scale the quotient to at least 66 bits, so that one rounding below is the only one.
        var shift = SignificantBits + 2 - (int)(BigInteger.Abs(numerator).GetBitLength() - denominator.GetBitLength());
        var bits = BigInteger.Zero;
        if (denominator.IsOne)
        {
            bits = numerator;
        }
        else
        {
            bits = BigInteger.DivRem(shift > 0 ? numerator << shift : numerator, shift > 0 ? denominator : denominator << -shift, out var remainder);
            exponent -= shift;
            if (!remainder.IsZero)
            {
                bits = (bits << 1) + numerator.Sign;
                exponent--;
            }
        }

        var excess = (int)BigInteger.Abs(bits).GetBitLength() - SignificantBits;
        excess = Math.Max(excess, MinExponent - exponent);
        if (excess > 0)
        {
            bits = DivideToEven(bits, BigInteger.One << excess);
            exponent += excess;
        }

        return new LongDouble(bits, exponent, BigInteger.Abs(bits).GetBitLength() + exponent > MaxExponent);
    }

    private static BigInteger DivideToEven(BigInteger value, BigInteger divisor)
    {
        var quotient = BigInteger.DivRem(value, divisor, out var remainder);
        var twice = BigInteger.Abs(remainder) * 2;
        return twice > divisor || (twice == divisor && !quotient.IsEven) ? quotient + value.Sign : quotient;
    }
}
