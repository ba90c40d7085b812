namespace Ccr.ProxyService.Usage;

/// <summary>A question would read more counters than one answer may.</summary>
internal sealed class TooManyCountersException(long count) : Exception
{
    /// <summary>How many.</summary>
    public long Count => count;
}
