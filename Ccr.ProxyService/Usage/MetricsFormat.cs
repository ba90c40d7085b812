using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Ccr.ProxyService.Usage;

/// <summary>Chooses between the two forms of /metrics.</summary>
internal static class MetricsFormat
{
    private const string OpenMetrics = "application/openmetrics-text";

    /// <summary>
    /// Whether an Accept header prefers OpenMetrics 1.0 to plain text. One that names neither gets the Prometheus text format, as does one that cannot be read: a
    /// browser shows it, and every scraper reads it.
    /// </summary>
    public static bool WantsOpenMetrics(StringValues accept)
    {
        if (StringValues.IsNullOrEmpty(accept) || !MediaTypeHeaderValue.TryParseList(accept, out var types))
        {
            return false;
        }

        var (open, text) = (0.0, 0.0);
        foreach (var type in types)
        {
            var quality = type.Quality ?? 1;
            if (type.MediaType.Equals(OpenMetrics, StringComparison.OrdinalIgnoreCase))
            {
                open = Math.Max(open, Version(type) is "" or "1.0.0" ? quality : 0);
            }
            else if (type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
            {
                text = Math.Max(text, quality);
            }
        }

        return open > 0 && open >= text;
    }

    private static string Version(MediaTypeHeaderValue type)
    {
        foreach (var parameter in type.Parameters)
        {
            if (parameter.Name.Equals("version", StringComparison.OrdinalIgnoreCase))
            {
                return parameter.Value.Value?.Trim('"') ?? "";
            }
        }

        return "";
    }
}
