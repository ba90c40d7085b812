namespace Ccr.ProxyService.Configuration;

/// <summary>What becomes of a stream that breaks after the client has got a part of it (Rescue).</summary>
internal sealed record RescueConfig
{
    /// <summary>Whether another attempt goes on with it. Default true; false ends it with an error event.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Client programs that get the error event instead and resume by themselves (errorFor). Default none: none was found that does it better.</summary>
    public IReadOnlyList<string> ErrorFor { get; init; } = [];

    /// <summary>The most text that is remembered for it, in bytes (maxBytes); a longer answer is not rescued. Default 2 MiB.</summary>
    public int MaxBytes { get; init; } = 2 * 1024 * 1024;
}
