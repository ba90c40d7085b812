using System.Globalization;

namespace Ccr.Dashboard.Web;

/// <summary>Numbers as the pages write them: short, the same everywhere, and "—" for what is not known.</summary>
internal static class Figures
{
    /// <summary>What stands for a number that is not known.</summary>
    public const string None = "—";

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>A whole number in full, such as 12,345.</summary>
    public static string Full(long? value) => value is { } v ? v.ToString("N0", Culture) : None;

    /// <summary>A whole number in at most five characters, such as 12.3k; in full below 10,000.</summary>
    public static string Count(long? value) => value switch
    {
        null => None,
        < 10_000 => Full(value),
        < 999_950 => Scaled(value.Value, 1e3, "k"),
        < 999_950_000 => Scaled(value.Value, 1e6, "M"),
        _ => Scaled(value.Value, 1e9, "G"),
    };

    /// <summary>A rate per second: more digits for less.</summary>
    public static string PerSecond(double? value) => value switch
    {
        null => None,
        0 => "0",
        < 0.05 => "<0.1",
        < 99.95 => value.Value.ToString("0.0", Culture),
        _ => Count((long)Math.Round(value.Value)),
    };

    /// <summary>Milliseconds below one second, then seconds, then minutes.</summary>
    public static string Duration(double? milliseconds) => milliseconds switch
    {
        null => None,
        < 0 => None,
        < 9.95 => milliseconds.Value.ToString("0.0", Culture) + " ms",
        < 999.5 => milliseconds.Value.ToString("0", Culture) + " ms",
        < 9_995 => (milliseconds.Value / 1e3).ToString("0.00", Culture) + " s",
        < 99_950 => (milliseconds.Value / 1e3).ToString("0.0", Culture) + " s",
        _ => Span(TimeSpan.FromMilliseconds(milliseconds.Value)),
    };

    /// <summary>Dollars: in cents from one dollar on, below that with the digits that matter.</summary>
    public static string Dollars(decimal? value) => value switch
    {
        null => None,
        0 => "$0",
        < 0.0001m => "<$0.0001",
        < 0.1m => "$" + value.Value.ToString("0.0000", Culture),
        < 1m => "$" + value.Value.ToString("0.000", Culture),
        < 10_000m => "$" + value.Value.ToString("N2", Culture),
        _ => "$" + Count((long)value.Value),
    };

    /// <summary>A part of the whole, 0 to 1, as a percentage.</summary>
    public static string Share(double? value) => value switch
    {
        null => None,
        0 => "0 %",
        < 0.001 => "<0.1 %",
        < 0.0995 => (value.Value * 100).ToString("0.0", Culture) + " %",
        _ => (value.Value * 100).ToString("0", Culture) + " %",
    };

    /// <summary>A time span in its two largest units, such as "3 h 12 min".</summary>
    public static string Span(TimeSpan? span) => span switch
    {
        null => None,
        { TotalSeconds: < 0 } => "0 s",
        { TotalMinutes: < 1 } s => string.Create(Culture, $"{(int)s.TotalSeconds} s"),
        { TotalHours: < 1 } s => string.Create(Culture, $"{(int)s.TotalMinutes} min {s.Seconds} s"),
        { TotalDays: < 1 } s => string.Create(Culture, $"{(int)s.TotalHours} h {s.Minutes} min"),
        { } s => string.Create(Culture, $"{(int)s.TotalDays} d {s.Hours} h"),
    };

    /// <summary>The text, or "—" for none.</summary>
    public static string Text(string? text) => string.IsNullOrWhiteSpace(text) ? None : text;

    private static string Scaled(long value, double unit, string name)
    {
        var scaled = value / unit;
        return scaled.ToString(scaled < 99.95 ? "0.0" : "0", Culture) + name;
    }
}
