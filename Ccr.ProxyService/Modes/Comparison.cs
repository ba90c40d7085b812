namespace Ccr.ProxyService.Modes;

/// <summary>The two answers to one request side by side, as JSON.</summary>
internal sealed record Comparison(DateTime StartedAt, string RequestedModel, bool Streaming, ComparisonSide Primary, ComparisonSide Copy, ComparisonDifference Difference);
