namespace Ccr.ProxyService.Usage;

/// <summary>The counters of a minute, hour or day on disk.</summary>
/// <param name="At">Where it begins, Unix seconds.</param>
/// <param name="Values">By <see cref="UsageField"/>.</param>
internal sealed record SpoolSlice(long At, long[] Values);
