namespace Ccr.Bench.Chaos;

/// <summary>Settings of a chaos run.</summary>
/// <param name="Length">How long agents begin new jobs.</param>
/// <param name="Agents">Agents at once.</param>
/// <param name="Seed">The monkey's and the agents' dice.</param>
/// <param name="Think">The longest pause of an agent between two requests.</param>
internal sealed record ChaosOptions(TimeSpan Length, int Agents, int Seed, TimeSpan Think);
