using Ccr.ProxyService.Configuration.Json5;

namespace Ccr.ProxyService.Configuration;

/// <summary>Reads "limits" of one provider.</summary>
internal static class ProviderLimitsReader
{
    /// <summary>The limits; without the section none.</summary>
    public static ProviderLimits Read(ConfigSection provider)
    {
        if (provider.Object("limits") is not { } node)
        {
            return ProviderLimits.None;
        }

        var section = provider.Below(node, provider.PathOf("limits"), KnownSettings.Limits);
        section.ReportNames();
        var concurrent = Count(section, "max_concurrent");
        foreach (var name in (ReadOnlySpan<string>)["max_queue", "max_wait_ms"])
        {
            if (concurrent is null && section.Find("max_concurrent") is null && section.Find(name) is { } member)
            {
                section.Problems.Warning(section.PathOf(name), member.Line, "has no effect without max_concurrent: nobody ever waits");
            }
        }

        return new()
        {
            RequestsPerMinute = Count(section, "requests_per_minute"),
            TokensPerMinute = Count(section, "tokens_per_minute"),
            MaxConcurrent = concurrent,
            MaxQueue = (int)(section.Integer("max_queue", 0, 1_000_000) ?? ProviderLimits.None.MaxQueue),
            MaxWait = section.Integer("max_wait_ms", 0, 3_600_000) is { } wait ? TimeSpan.FromMilliseconds(wait) : ProviderLimits.None.MaxWait,
        };
    }

    /// <summary>A number of things, at least one; null when absent or wrong.</summary>
    internal static int? Count(ConfigSection section, string name) => (int?)section.Integer(name, 1, int.MaxValue);
}
