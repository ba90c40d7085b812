using Ccr.ServiceDefaults;

namespace Ccr.ProxyService.Usage;

/// <summary>The arithmetic of <see cref="Granularity"/>.</summary>
internal static class Granularities
{
    /// <summary>How long one is.</summary>
    public static TimeSpan Length(this Granularity granularity) => granularity switch
    {
        Granularity.Minute => TimeSpan.FromMinutes(1),
        Granularity.Hour => TimeSpan.FromHours(1),
        _ => TimeSpan.FromDays(1),
    };

    /// <summary>How long its counters are kept.</summary>
    public static TimeSpan Retention(this Granularity granularity) => granularity switch
    {
        Granularity.Minute => RedisKeys.MinuteRetention,
        Granularity.Hour => RedisKeys.HourRetention,
        _ => RedisKeys.DayRetention,
    };

    /// <summary>Where the one that holds <paramref name="time"/> begins.</summary>
    public static DateTimeOffset Floor(this Granularity granularity, DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % granularity.Length().Ticks), TimeSpan.Zero);

    /// <summary>Where the first one begins that is not before <paramref name="time"/>.</summary>
    public static DateTimeOffset Ceiling(this Granularity granularity, DateTimeOffset time) =>
        granularity.Floor(time) is var floor && floor == time ? floor : floor + granularity.Length();

    /// <summary>The key of a series' counters in Redis.</summary>
    public static string Key(this Granularity granularity, string series, DateTimeOffset start) => granularity switch
    {
        Granularity.Minute => RedisKeys.UsageMinute(series, start),
        Granularity.Hour => RedisKeys.UsageHour(series, start),
        _ => RedisKeys.UsageDay(series, start),
    };
}
