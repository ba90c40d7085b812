namespace Ccr.Simulator.Answers;

/// <summary>A call in an answer; the input is JSON text.</summary>
internal sealed record ToolCall(string Name, string Input);
