using System.Collections.Frozen;

namespace Ccr.ProxyService.Usage;

/// <summary>One metric family of the page /metrics.</summary>
/// <param name="Name">Its name, unit included.</param>
/// <param name="Type">counter, gauge or histogram.</param>
/// <param name="Help">What it counts, in one line.</param>
/// <param name="Labels">Its labels' names.</param>
internal sealed record Metric(string Name, string Type, string Help, params string[] Labels)
{
    private const string CounterEnd = "_total";

    // Which names of counters, without their end, another metric has already; asked for only when the page is written.
    private static readonly Lazy<FrozenSet<string>> Taken = new(static () => Metrics.All.Where(static m => m.Type != "counter").Select(static m => m.Name).ToFrozenSet());

    /// <summary>True for a counter whose family has a name of its own in OpenMetrics, where the _total of counters is no part of it and families may not share a name.</summary>
    public bool IsOpenCounter => Type == "counter" && !Taken.Value.Contains(Name[..^CounterEnd.Length]);

    /// <summary>The family's name in OpenMetrics.</summary>
    public string OpenName => IsOpenCounter ? Name[..^CounterEnd.Length] : Name;

    /// <summary>The family's type in OpenMetrics: a counter that cannot be called one is of no known type, and its series are the same.</summary>
    public string OpenType => Type == "counter" && !IsOpenCounter ? "unknown" : Type;

    /// <summary>Its unit, which OpenMetrics wants to see in the name; null for none.</summary>
    public string? Unit => OpenName.EndsWith("_seconds", StringComparison.Ordinal) ? "seconds" : OpenName.EndsWith("_bytes", StringComparison.Ordinal) ? "bytes" : null;
}
