namespace Ccr.ProxyService.Usage;

/// <summary>What is known of one route target, for the status page and the metrics.</summary>
/// <param name="Name">"provider,model".</param>
/// <param name="Scenarios">The scenarios and tiers that name it.</param>
/// <param name="State">"unknown" before the first call, then "ok" or "failing".</param>
/// <param name="LatencySeconds">Smoothed time to first content; null before the first success.</param>
/// <param name="LastFailure">The last failure's short word; null when the last call succeeded.</param>
/// <param name="Requests">Successful answers since the start.</param>
/// <param name="Failures">Failed attempts since the start.</param>
internal sealed record TargetState(string Name, IReadOnlyList<string> Scenarios, string State, double? LatencySeconds, string? LastFailure, long Requests, long Failures);
