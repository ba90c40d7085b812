namespace Ccr.ProxyService.Usage;

/// <summary>One try of a request, as JSON.</summary>
internal sealed record AttemptReport(string Provider, string Model, int Status, string? Failure, double DurationMs);
