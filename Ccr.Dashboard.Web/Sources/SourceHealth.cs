namespace Ccr.Dashboard.Web.Sources;

/// <summary>How a source does.</summary>
/// <param name="Name">Its name for a person.</param>
/// <param name="State">Whether it can be read.</param>
/// <param name="Since">When that state began; null before the first look.</param>
/// <param name="Error">What went wrong, as the end of a sentence; null when all is well.</param>
internal sealed record SourceHealth(string Name, SourceState State, DateTimeOffset? Since = null, string? Error = null);
