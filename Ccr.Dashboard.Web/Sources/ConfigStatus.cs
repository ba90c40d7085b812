namespace Ccr.Dashboard.Web.Sources;

/// <summary>The proxy's configuration: where it came from and what is wrong with it.</summary>
internal sealed record ConfigStatus
{
    /// <summary>A file path, or words such as "built-in demo".</summary>
    public string? Source { get; init; }

    public IReadOnlyList<ConfigProblem>? Problems { get; init; }
}
