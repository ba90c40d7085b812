namespace Ccr.Bench.Failover;

/// <summary>A verdict and the sentence that gives its reason.</summary>
internal sealed record Judgement(Verdict Verdict, string Reason);
