using Ccr.Bench.Wire;

namespace Ccr.Bench.Failover;

/// <summary>All that was seen of a cell, from outside.</summary>
internal sealed record CellRun
{
    /// <summary>The cell.</summary>
    public required Cell Cell { get; init; }

    /// <summary>What the client got, in the order of its requests.</summary>
    public required IReadOnlyList<WireAnswer> Answers { get; init; }

    /// <summary>When the primary was asked, by the simulator's clock.</summary>
    public IReadOnlyList<TimeSpan> Primary { get; init; } = [];

    /// <summary>When another provider was asked, by the simulator's clock.</summary>
    public IReadOnlyList<TimeSpan> Others { get; init; } = [];

    /// <summary>The proxy's own records of the cell's requests; empty where they are not looked at.</summary>
    public IReadOnlyList<ProxyRecord> Records { get; init; } = [];
}
