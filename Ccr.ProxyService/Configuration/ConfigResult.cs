namespace Ccr.ProxyService.Configuration;

/// <summary>What became of a configuration file.</summary>
/// <param name="Config">The configuration; null when one of the problems is an error.</param>
/// <param name="Problems">Errors and warnings in the order of the file.</param>
internal sealed record ConfigResult(CcrConfig? Config, IReadOnlyList<ConfigProblem> Problems)
{
    /// <summary>What the file held when it was read, so that a watcher knows what is new; empty when there was no file to read.</summary>
    public FileContent Content { get; init; } = FileContent.Missing;

    /// <summary>A file that cannot be used at all, for one reason.</summary>
    public static ConfigResult Failed(string message, int line = 0, string path = "") => new(null, [new ConfigProblem(path, line, message, IsError: true)]);
}
