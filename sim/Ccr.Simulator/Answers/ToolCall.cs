namespace Ccr.Simulator.Answers;

/// <summary>A call in an answer. The input is JSON text, or any text when the tool was declared as one that takes that.</summary>
internal sealed record ToolCall(string Name, string Input, bool IsFreeText = false, string? Namespace = null);
