using System.Text.Json;

namespace Ccr.Simulator.Answers;

/// <summary>A tool that the caller declared, with its JSON schema (undefined when it gave none).</summary>
internal sealed record DeclaredTool(string Name, JsonElement Schema);
