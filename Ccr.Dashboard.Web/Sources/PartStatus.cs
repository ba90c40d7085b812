namespace Ccr.Dashboard.Web.Sources;

/// <summary>Something the proxy depends on, as the proxy sees it.</summary>
internal sealed record PartStatus
{
    /// <summary>Redis: "connected", "unreachable" or "none". Tokenizer: "connected", "unreachable" or "in-process".</summary>
    public string? State { get; init; }

    /// <summary>Counter updates waiting for Redis to come back.</summary>
    public long? Buffered { get; init; }
}
