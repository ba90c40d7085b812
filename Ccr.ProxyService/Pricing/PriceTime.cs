using System.Globalization;

namespace Ccr.ProxyService.Pricing;

/// <summary>When a price holds: always, from a day on, or at some hours of every day. All UTC.</summary>
internal readonly struct PriceTime
{
    private readonly DateTimeOffset _from;
    private readonly (TimeSpan Start, TimeSpan End)? _hours;

    private PriceTime(DateTimeOffset from, (TimeSpan Start, TimeSpan End)? hours) => (_from, _hours) = (from, hours);

    /// <summary>Reads a time of prices.json: "", "2026-03-13" or "00:30-16:30" (over midnight where the end is before the start).</summary>
    public static PriceTime Read(string text)
    {
        if (text.Length == 0)
        {
            return default;
        }

        if (text.Length == "hh:mm-hh:mm".Length)
        {
            return new(default, (TimeSpan.ParseExact(text[..5], @"hh\:mm", CultureInfo.InvariantCulture), TimeSpan.ParseExact(text[6..], @"hh\:mm", CultureInfo.InvariantCulture)));
        }

        return new(DateTimeOffset.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal), null);
    }

    /// <summary>Whether the price holds then.</summary>
    public bool Holds(DateTimeOffset at)
    {
        if (_hours is not { } hours)
        {
            return at >= _from;
        }

        var time = at.UtcDateTime.TimeOfDay;
        return hours.End < hours.Start ? time >= hours.Start || time < hours.End : time >= hours.Start && time < hours.End;
    }
}
