namespace Ccr.Standins.EmbeddedRedis.Data;

/// <summary>Up to which size Redis packs a collection; past it OBJECT ENCODING changes for good, and scans go step by step.</summary>
internal sealed class EncodingLimits
{
    public long HashEntries { get; set; } = 512;

    public long HashValueLength { get; set; } = 64;

    public long SetIntegers { get; set; } = 512;

    public long SortedSetEntries { get; set; } = 128;

    public long SortedSetValueLength { get; set; } = 64;
}
