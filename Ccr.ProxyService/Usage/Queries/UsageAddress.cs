namespace Ccr.ProxyService.Usage;

/// <summary>Which counters: of a series since the beginning, or in one slice of time.</summary>
/// <param name="Series">The series.</param>
/// <param name="Slice">The slice; null for everything.</param>
internal readonly record struct UsageAddress(string Series, UsageSlice? Slice);
