namespace Ccr.Tests.Clients;

/// <summary>A tool that an agent ran: its name, the input as JSON text, and what it gave back (null: nothing came).</summary>
internal sealed record ToolUse(string Name, string Input, string? Result);
