namespace Ccr.Dashboard.Web.Sources;

/// <summary>One thing wrong in the config file, as the proxy says it (never with a secret in it).</summary>
internal sealed record ConfigProblem
{
    /// <summary>The setting, such as <c>Providers[0].api_key</c>; empty for the whole file.</summary>
    public string? Path { get; init; }

    /// <summary>The line, from 1; 0 when unknown.</summary>
    public int? Line { get; init; }

    public string? Message { get; init; }

    /// <summary>True when the edit was refused; false for a warning.</summary>
    public bool? Error { get; init; }
}
