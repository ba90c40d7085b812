namespace Ccr.ProxyService.Health;

/// <summary>Why a target is not asked now.</summary>
/// <param name="Word">A short stable word for records: "open" (breaker), "cooling", "limit", "busy".</param>
/// <param name="Reason">Why, for a person.</param>
/// <param name="RetryAfter">When it may be asked again; null when that is not known.</param>
internal sealed record Refusal(string Word, string Reason, TimeSpan? RetryAfter);
