using System.Text.Json;

namespace Ccr.Simulator.Answers;

/// <summary>
/// A tool that the caller declared, with its JSON schema (undefined when it gave none). A tool of free text takes no JSON; a
/// namespace goes back with each call.
/// </summary>
internal sealed record DeclaredTool(string Name, JsonElement Schema, bool IsFreeText = false, string? Namespace = null);
