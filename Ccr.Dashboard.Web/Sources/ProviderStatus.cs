namespace Ccr.Dashboard.Web.Sources;

/// <summary>A configured provider.</summary>
internal sealed record ProviderStatus
{
    public string? Name { get; init; }

    /// <summary>"anthropic" or "openai-chat".</summary>
    public string? Protocol { get; init; }

    public bool? Enabled { get; init; }

    /// <summary>Why it is disabled.</summary>
    public string? Reason { get; init; }

    public IReadOnlyList<string>? Models { get; init; }
}
