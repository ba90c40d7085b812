using Ccr.Bench.Wire;

namespace Ccr.Bench.Failover;

/// <summary>One fault, and what is right to do about it.</summary>
/// <param name="Id">S01 to S16.</param>
/// <param name="Fault">What the primary provider does.</param>
/// <param name="Demand">What the router has to make of it.</param>
/// <param name="Script">The simulator's words for the fault, by the dialect of the upstream.</param>
internal sealed record Scenario(string Id, string Fault, string Demand, Func<WireDialect, string> Script)
{
    /// <summary>The fallback's model takes no prefill.</summary>
    public bool FallbackRefusesPrefill { get; init; }

    /// <summary>Requests of a cell, half a second apart.</summary>
    public int Requests { get; init; } = 1;
}
