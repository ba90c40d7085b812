using System.Text.Json;

namespace Ccr.Simulator.Answers;

/// <summary>A request as the planner sees it, in no dialect.</summary>
internal sealed record Conversation
{
    public required string Model { get; init; }

    public bool Stream { get; init; }

    /// <summary>The stream is to end with a usage event (Chat only; Messages always has it).</summary>
    public bool StreamUsage { get; init; }

    /// <summary>The stream is one JSON array instead of events (Gemini without <c>alt=sse</c>).</summary>
    public bool StreamAsArray { get; init; }

    /// <summary>The request's body, for a dialect whose answer echoes parts of it; undefined: none of that.</summary>
    public JsonElement Request { get; init; }

    public IReadOnlyList<DeclaredTool> Tools { get; init; } = [];

    public ToolChoice Choice { get; init; }

    /// <summary>The one tool that must be called; null: any.</summary>
    public string? ChosenTool { get; init; }

    /// <summary>The newest text of the user that is not a tool's result.</summary>
    public string Prompt { get; init; } = "";

    /// <summary>Texts of the tool results that came after the last assistant message.</summary>
    public IReadOnlyList<string> Results { get; init; } = [];

    /// <summary>The text of the assistant message that the request ends with; null: it ends with something else.</summary>
    public string? Prefill { get; init; }

    /// <summary>Assistant turns with tool calls since the user's last prompt.</summary>
    public int ToolTurns { get; init; }

    /// <summary>The answer must be JSON of this schema; undefined: any text.</summary>
    public JsonElement OutputSchema { get; init; }
}
