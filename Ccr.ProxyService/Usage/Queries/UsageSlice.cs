namespace Ccr.ProxyService.Usage;

/// <summary>A minute, hour or day that is counted apart.</summary>
internal readonly record struct UsageSlice(Granularity Granularity, DateTimeOffset Start);
