using System.Globalization;

namespace Ccr.Dashboard.Web.Components.Parts;

/// <summary>Numbers for SVG attributes.</summary>
internal static class Svg
{
    /// <summary>At most two decimals, with a point.</summary>
    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
