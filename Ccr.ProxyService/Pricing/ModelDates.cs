using System.Globalization;

namespace Ccr.ProxyService.Pricing;

/// <summary>The date in a model's name, which some write as -20250929 and some as -2025-09-29.</summary>
internal static class ModelDates
{
    /// <summary>The name with every date of the first form in the second one; null when it has none.</summary>
    public static string? WithDashes(string name)
    {
        string? changed = null;
        for (var i = 0; i + 9 <= (changed ?? name).Length; i++)
        {
            var text = changed ?? name;
            if (text[i] == '-'
                && (i + 9 == text.Length || text[i + 9] is '-' or ':')
                && DateOnly.TryParseExact(text.AsSpan(i + 1, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
                && date.Year is >= 2000 and < 2100)
            {
                changed = string.Create(CultureInfo.InvariantCulture, $"{text[..i]}-{date:yyyy-MM-dd}{text[(i + 9)..]}");
            }
        }

        return changed;
    }
}
