namespace Ccr.ProxyService.Usage;

/// <summary>One metric family of the page /metrics.</summary>
/// <param name="Name">Its name, unit included.</param>
/// <param name="Type">counter, gauge or histogram.</param>
/// <param name="Help">What it counts, in one line.</param>
/// <param name="Labels">Its labels' names.</param>
internal sealed record Metric(string Name, string Type, string Help, params string[] Labels);
