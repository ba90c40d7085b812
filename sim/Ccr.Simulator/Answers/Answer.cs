using System.Text.Json;
using Ccr.Simulator.Scripts;

namespace Ccr.Simulator.Answers;

/// <summary>What the provider says, in no dialect: thinking, then text, then calls.</summary>
internal sealed record Answer
{
    /// <summary>24 hexadecimal digits that follow from the request; ids are made of it.</summary>
    public required string Key { get; init; }

    public required string Model { get; init; }

    /// <summary>The deltas of the thinking; empty: none.</summary>
    public IReadOnlyList<string> Thinking { get; init; } = [];

    /// <summary>The deltas of the text; empty: none.</summary>
    public IReadOnlyList<string> Text { get; init; } = [];

    public IReadOnlyList<ToolCall> Calls { get; init; } = [];

    public required TokenCounts Usage { get; init; }

    public required StopReason Stop { get; init; }

    /// <summary>The stream has a usage event (for a dialect where that is asked for).</summary>
    public bool StreamUsage { get; init; }

    /// <summary>The stream is one JSON array instead of events.</summary>
    public bool StreamAsArray { get; init; }

    /// <summary>The request's body, for a dialect that echoes parts of it; valid while the answer is rendered.</summary>
    public JsonElement Request { get; init; }
}
