namespace Ccr.Bench.Wire;

/// <summary>A tool call that a stream made.</summary>
/// <param name="Id">What its result has to name.</param>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">JSON.</param>
internal sealed record WireCall(string Id, string Name, string Arguments);
