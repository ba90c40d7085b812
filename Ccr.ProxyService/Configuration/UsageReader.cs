namespace Ccr.ProxyService.Configuration;

/// <summary>Reads Usage.</summary>
internal static class UsageReader
{
    private const long LongestFlush = 60_000;

    /// <summary>The settings of the file.</summary>
    public static UsageConfig Read(ConfigSection top, string source, Func<string, string?> environment)
    {
        if (top.Object("Usage") is not { } node)
        {
            return new();
        }

        var section = top.Below(node, "Usage", KnownSettings.Usage);
        section.ReportNames();
        var defaults = new UsageConfig();
        return new()
        {
            Flush = section.Integer("flushMs", 100, LongestFlush) is { } flush ? TimeSpan.FromMilliseconds(flush) : defaults.Flush,
            Spool = section.Flag("spool") ?? defaults.Spool,
            SpoolDirectory = ReadDirectory(section, source, environment),
            SpoolMaxBytes = section.Integer("spoolMaxBytes", 64 * 1024, 1L << 30) ?? defaults.SpoolMaxBytes,
        };
    }

    private static string? ReadDirectory(ConfigSection section, string source, Func<string, string?> environment)
    {
        if (section.Text("spoolDirectory") is not { } path)
        {
            return null;
        }

        try
        {
            path = path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(CcrHome.User(environment), path[2..]) : path;
            return Path.GetFullPath(path, Path.GetDirectoryName(Path.GetFullPath(source))!);
        }
        catch (ArgumentException)
        {
            section.Problems.Error(section.PathOf("spoolDirectory"), section.Find("spoolDirectory")!.Value.Line, "is no path of a folder");
            return null;
        }
    }
}
