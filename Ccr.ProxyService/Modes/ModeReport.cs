namespace Ccr.ProxyService.Modes;

/// <summary>The answer of /api/mode.</summary>
internal sealed record ModeReport(string Mode);
