namespace Ccr.ProxyService.Usage;

/// <summary>One call to a provider.</summary>
/// <param name="Provider">The provider's configured name.</param>
/// <param name="Model">The model as sent.</param>
/// <param name="Status">The provider's HTTP status; 0 when none came.</param>
/// <param name="Failure">A short stable word; null when this attempt gave the answer.</param>
/// <param name="Duration">From sending to the end of its answer, or to the failure.</param>
internal sealed record AttemptRecord(string Provider, string Model, int Status, string? Failure, TimeSpan Duration);
