using System.Text.Json.Serialization;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Modes;

/// <summary>One of the two answers of a comparison, as JSON.</summary>
internal sealed record ComparisonSide(
    string RequestId,
    string? Provider,
    string? Model,
    int Status,
    string? Failure,
    long InputTokens,
    long OutputTokens,
    decimal? CostUsd,
    double? TtftMs,
    double DurationMs,
    string? StopReason,
    IReadOnlyList<string>? Tools,
    int? TextLength,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text)
{
    private const int LongestText = 64 * 1024;

    /// <summary>The side of an answer; the text only where it shall be kept, and 64 KiB of it at most.</summary>
    public static ComparisonSide Of(RequestRecord record, AnswerDigest digest, bool keepText)
    {
        var last = record.Attempts.Count > 0 ? record.Attempts[^1] : null;
        var text = digest.Text;
        return new(
            record.RequestId,
            last?.Provider,
            last?.Model,
            record.Status,
            record.Failure,
            record.Tokens.Input,
            record.Tokens.Output,
            record.Cost,
            record.TimeToFirstContent is { } first ? RequestReport.Milliseconds(first) : null,
            RequestReport.Milliseconds(record.Duration),
            record.StopReason,
            digest.Tools,
            text?.Length,
            keepText ? text is { Length: > LongestText } ? text[..LongestText] : text : null);
    }
}
