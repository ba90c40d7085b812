namespace Ccr.Bench.Counting;

/// <summary>What one way of counting adds up to.</summary>
/// <param name="Way">The group, and the interval.</param>
/// <param name="Requests">Requests.</param>
/// <param name="Tokens">Tokens, input and output.</param>
/// <param name="Cost">Dollars.</param>
/// <param name="Source">Where the numbers come from.</param>
internal sealed record CountRow(string Way, long Requests, long Tokens, decimal Cost, string Source);
