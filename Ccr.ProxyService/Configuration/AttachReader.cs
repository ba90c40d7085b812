namespace Ccr.ProxyService.Configuration;

/// <summary>Reads Attach.</summary>
internal static class AttachReader
{
    private const long LongestWindow = 60_000;

    /// <summary>The settings of the file.</summary>
    public static AttachConfig Read(ConfigSection top)
    {
        if (top.Object("Attach") is not { } node)
        {
            return new();
        }

        var section = top.Below(node, "Attach", KnownSettings.Attach);
        section.ReportNames();
        var defaults = new AttachConfig();
        return new()
        {
            Enabled = section.Flag("enabled") ?? defaults.Enabled,
            Concurrent = section.Flag("concurrent") ?? defaults.Concurrent,
            Window = section.Integer("windowMs", 0, LongestWindow) is { } window ? TimeSpan.FromMilliseconds(window) : defaults.Window,
            MaxBytes = (int)(section.Integer("maxBytes", 1024, 256 * 1024 * 1024) ?? defaults.MaxBytes),
        };
    }
}
