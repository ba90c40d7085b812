namespace Ccr.Bench.Failover;

/// <summary>A cell and its verdict.</summary>
internal sealed record CellResult(Cell Cell, Judgement Judgement);
