namespace Ccr.ProxyService.Usage;

/// <summary>The spans of time that are counted apart, UTC.</summary>
internal enum Granularity
{
    Minute,
    Hour,
    Day,
}
