namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>A fault, the smallest input that shows it, and how often it was met.</summary>
internal sealed record FuzzFinding(string Target, int Seed, byte[] Input, Exception Fault)
{
    /// <summary>How many inputs showed the same.</summary>
    public int Count { get; set; } = 1;
}
