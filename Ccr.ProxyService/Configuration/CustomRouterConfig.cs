namespace Ccr.ProxyService.Configuration;

/// <summary>The script of CUSTOM_ROUTER_PATH and how it is run.</summary>
internal sealed record CustomRouterConfig(string Path)
{
    /// <summary>Longest wait for its answer. Default 1 second.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The program that runs it. Default "node", found on PATH.</summary>
    public string Node { get; init; } = "node";

    /// <summary>Bodies above this many bytes are not shown to it. Default 1 MiB.</summary>
    public int MaxBodyBytes { get; init; } = 1 << 20;

    /// <summary>What it gets as its second argument: the file as JSON, with keys and the like masked.</summary>
    public required string ConfigJson { get; init; }

    /// <summary>The path only: the file's content is no business of a log.</summary>
    public override string ToString() => Path;
}
