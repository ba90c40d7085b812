namespace Ccr.ProxyService.Modes;

/// <summary>The answer of /api/tracing: whether comparisons keep the texts of both answers.</summary>
internal sealed record TracingReport(bool Enabled);
