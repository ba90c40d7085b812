using System.Globalization;
using Ccr.Bench.Wire;

namespace Ccr.Bench.Chaos;

/// <summary>A provider of the chaos run: its name, and the script that all its answers have when nothing is wrong.</summary>
/// <param name="Number">1 to 3.</param>
/// <param name="Dialect">What it speaks.</param>
internal sealed record ChaosTier(int Number, WireDialect Dialect)
{
    /// <summary>Rounds of tool calls in a job.</summary>
    public const int Steps = 3;

    /// <summary>Words of a job's last answer.</summary>
    public const int Words = 40;

    /// <summary>The three of them, each of another dialect.</summary>
    public static IReadOnlyList<ChaosTier> All { get; } = [new(1, WireDialect.Messages), new(2, WireDialect.Chat), new(3, WireDialect.Responses)];

    /// <summary>Its name as a provider, and what behaviours go by.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"tier-{Number}");

    /// <summary>Its model.</summary>
    public string Model => string.Create(CultureInfo.InvariantCulture, $"sim-tool+steps={Steps}+words={Words}+gap=2+name={Name}");

    /// <summary>As a route.</summary>
    public string Route => $"{Name},{Model}";
}
