namespace Ccr.Tests.Oracles;

/// <summary>A tool call as an SDK shows it; the arguments are JSON. Gemini's calls may be without id.</summary>
internal sealed record OracleCall(string? Id, string Name, string Arguments);
