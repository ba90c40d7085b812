namespace Ccr.Bench.Wire;

/// <summary>What a client got for one request.</summary>
internal sealed record WireAnswer
{
    /// <summary>How it ended.</summary>
    public required AnswerKind Kind { get; init; }

    /// <summary>The HTTP status; 0 when none came.</summary>
    public int Status { get; init; }

    /// <summary>The text so far or to the end.</summary>
    public string Text { get; init; } = "";

    /// <summary>The tool calls.</summary>
    public IReadOnlyList<WireCall> Calls { get; init; } = [];

    /// <summary>What is wrong, for a broken answer; what the error says, for an error.</summary>
    public string? Message { get; init; }

    /// <summary>The error's type or code, for an error status.</summary>
    public string? Code { get; init; }

    /// <summary>The header retry-after, in seconds; null: none.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>The model that the stream named.</summary>
    public string? Model { get; init; }

    /// <summary>Input tokens as told.</summary>
    public long? InputTokens { get; init; }

    /// <summary>Output tokens as told.</summary>
    public long? OutputTokens { get; init; }

    /// <summary>From the request to the first text; null: none came.</summary>
    public TimeSpan? FirstText { get; init; }

    /// <summary>From the request to the end of the connection's answer.</summary>
    public TimeSpan Total { get; init; }
}
