using System.Text;
using Ccr.Standins.EmbeddedRedis.Protocol;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Arguments as options and numbers.</summary>
internal static class ArgumentExtensions
{
    /// <summary>Whether the argument is this option, in any case.</summary>
    public static bool Is(this byte[] argument, ReadOnlySpan<byte> option) => Ascii.EqualsIgnoreCase(argument, option);

    /// <summary>One character per byte.</summary>
    public static string Text(this byte[] argument) => Encoding.Latin1.GetString(argument);

    public static long ToInteger(this byte[] argument) =>
        Integers.TryParse(argument, out var value) ? value : throw RedisErrorException.NotInteger();

    /// <summary>An integer from zero up; anything else is "out of range, must be positive".</summary>
    public static long ToCount(this byte[] argument)
    {
        if (!Integers.TryParse(argument, out var value))
        {
            throw new RedisErrorException("ERR value is out of range, must be positive");
        }

        return value >= 0 ? value : throw new RedisErrorException("ERR value is out of range, must be positive");
    }

    public static double ToDouble(this byte[] argument, string? error = null)
    {
        if (Doubles.TryParse(argument, out var value))
        {
            return value;
        }

        throw error is null ? RedisErrorException.NotFloat() : new RedisErrorException(error);
    }
}
