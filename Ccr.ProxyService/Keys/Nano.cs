namespace Ccr.ProxyService.Keys;

/// <summary>
/// Money in the books of keys: whole billionths of a dollar, every cost rounded up to the next. A budget of a million dollars is 10^15 of them, far from the end of a long, and sums are exact.
/// </summary>
internal static class Nano
{
    /// <summary>The largest budget, in dollars.</summary>
    public const decimal MostUsd = 1_000_000_000m;

    private const decimal PerUsd = 1_000_000_000m;

    /// <summary>Dollars, rounded up; never more than the largest budget.</summary>
    public static long Of(decimal usd) => (long)decimal.Ceiling(Math.Clamp(usd, 0, MostUsd) * PerUsd);

    /// <summary>Dollars again. The division drops zeros at the end.</summary>
    public static decimal ToUsd(long nano) => nano / PerUsd / 1.0000000000000000000000000000m;
}
