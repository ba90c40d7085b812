namespace Ccr.ProxyService.Configuration;

/// <summary>Reads Affinity.</summary>
internal static class AffinityReader
{
    private const long Day = 24 * 3600 * 1000L;

    /// <summary>The settings of the file.</summary>
    public static AffinityConfig Read(ConfigSection top)
    {
        if (top.Object("Affinity") is not { } node)
        {
            return new();
        }

        var section = top.Below(node, "Affinity", KnownSettings.Affinity);
        section.ReportNames();
        var defaults = new AffinityConfig();
        var affinity = new AffinityConfig
        {
            Enabled = section.Flag("enabled") ?? defaults.Enabled,
            Ttl = section.Integer("ttlMs", 1, Day) is { } ttl ? TimeSpan.FromMilliseconds(ttl) : defaults.Ttl,
            Warm = section.Integer("warmMs", 1, Day) is { } warm ? TimeSpan.FromMilliseconds(warm) : defaults.Warm,
        };
        if (affinity.Warm > affinity.Ttl)
        {
            section.Problems.Warning(section.PathOf("warmMs"), section.Find("warmMs")?.Value.Line ?? section.Line, "is longer than ttlMs, after which a session is forgotten; raise ttlMs");
        }

        return affinity;
    }
}
