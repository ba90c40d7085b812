namespace Ccr.ProxyService.Configuration;

/// <summary>How what was counted reaches Redis (Usage).</summary>
internal sealed record UsageConfig
{
    /// <summary>The default of <see cref="Flush"/>.</summary>
    public static readonly TimeSpan DefaultFlush = TimeSpan.FromSeconds(1);

    /// <summary>How often counts are written to Redis (flushMs). Default 1 s.</summary>
    public TimeSpan Flush { get; init; } = DefaultFlush;

    /// <summary>Whether counts that Redis does not confirm are kept on disk (spool). Default true.</summary>
    public bool Spool { get; init; } = true;

    /// <summary>Where (spoolDirectory), a full path; null for usage-spool in the router's folder.</summary>
    public string? SpoolDirectory { get; init; }

    /// <summary>The most that one process keeps there, in bytes (spoolMaxBytes). Default 64 MiB.</summary>
    public long SpoolMaxBytes { get; init; } = 64L * 1024 * 1024;
}
