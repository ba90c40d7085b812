namespace Ccr.ProxyService.Usage;

/// <summary>An entry of /v1/latencies: a target that has answered.</summary>
internal sealed record LatencyReport(string Tier, double EwmaSeconds, long SampleCount);
