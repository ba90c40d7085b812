namespace Ccr.Bench.Chaos;

/// <summary>A time in which a tier reset every connection.</summary>
/// <param name="Tier">The tier.</param>
/// <param name="Start">Since the start of the run.</param>
/// <param name="Length">How long.</param>
/// <param name="Requests">Requests that it got all the same: what found it dead, and the breaker's probes.</param>
internal sealed record DeadPhase(ChaosTier Tier, TimeSpan Start, TimeSpan Length, long Requests);
