using System.Globalization;

namespace Grpc.Wire;

/// <summary>The header grpc-timeout: up to eight digits and a unit, <c>H M S m u n</c>.</summary>
internal static class GrpcTimeout
{
    /// <summary>Reads a timeout; false for anything malformed, and for zero, which both mean no deadline. Below a tick counts as zero.</summary>
    public static bool TryParse(string? text, out TimeSpan timeout)
    {
        timeout = TimeSpan.Zero;
        if (text is null || text.Length is < 2 or > 9 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        long? ticks = text[^1] switch
        {
            'H' => value * TimeSpan.TicksPerHour,
            'M' => value * TimeSpan.TicksPerMinute,
            'S' => value * TimeSpan.TicksPerSecond,
            'm' => value * TimeSpan.TicksPerMillisecond,
            'u' => value * TimeSpan.TicksPerMicrosecond,
            'n' => value / TimeSpan.NanosecondsPerTick,
            _ => null,
        };
        timeout = new TimeSpan(ticks ?? 0);
        return timeout > TimeSpan.Zero;
    }

    /// <summary>Writes the time left: milliseconds rounded up to three significant digits, in the largest unit that holds them exactly; <c>1n</c> when it is over.</summary>
    public static string Format(TimeSpan left)
    {
        if (left <= TimeSpan.Zero)
        {
            return "1n";
        }

        var value = (left.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
        long scale = 1;
        while (value / scale >= 1000)
        {
            scale *= 10;
        }

        value = (value + scale - 1) / scale * scale;
        var unit = 'm';
        foreach (var (next, factor) in (ReadOnlySpan<(char, int)>)[('S', 1000), ('M', 60), ('H', 60)])
        {
            // A round number moves to the larger unit; a number of more than eight digits must.
            if (value % factor != 0 && value <= 99_999_999)
            {
                break;
            }

            value = (value + factor - 1) / factor;
            unit = next;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Math.Min(value, 99_999_999)}{unit}");
    }
}
