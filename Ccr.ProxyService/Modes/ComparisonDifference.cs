namespace Ccr.ProxyService.Modes;

/// <summary>What the copy's answer has more than the client's own (less: negative); null where one of the two says nothing of it.</summary>
/// <param name="InputTokens">Input tokens.</param>
/// <param name="OutputTokens">Output tokens.</param>
/// <param name="CostUsd">Dollars.</param>
/// <param name="TtftMs">Time to the first content.</param>
/// <param name="DurationMs">Time to the end.</param>
/// <param name="TextLength">Characters of text.</param>
/// <param name="SameStopReason">Whether both stopped for the same reason.</param>
/// <param name="SameTools">Whether both call the same tools in the same order.</param>
/// <param name="SameText">Whether both have the same text.</param>
/// <param name="FirstDifference">The first character at which the texts differ; null when they are the same.</param>
internal sealed record ComparisonDifference(
    long InputTokens,
    long OutputTokens,
    decimal? CostUsd,
    double? TtftMs,
    double DurationMs,
    int? TextLength,
    bool? SameStopReason,
    bool? SameTools,
    bool? SameText,
    int? FirstDifference)
{
    /// <summary>The difference of two answers.</summary>
    public static ComparisonDifference Of(ComparisonSide primary, AnswerDigest primaryDigest, ComparisonSide copy, AnswerDigest copyDigest)
    {
        var at = primaryDigest.Text is { } a && copyDigest.Text is { } b ? FirstAt(a, b) : (int?)null;
        return new(
            copy.InputTokens - primary.InputTokens,
            copy.OutputTokens - primary.OutputTokens,
            copy.CostUsd - primary.CostUsd,
            copy.TtftMs - primary.TtftMs is { } first ? Math.Round(first, 3) : null,
            Math.Round(copy.DurationMs - primary.DurationMs, 3),
            copy.TextLength - primary.TextLength,
            copy.StopReason is null || primary.StopReason is null ? null : copy.StopReason == primary.StopReason,
            copy.Tools is null || primary.Tools is null ? null : copy.Tools.SequenceEqual(primary.Tools),
            at is null ? null : at < 0,
            at is >= 0 ? at : null);
    }

    /// <summary>Where two texts begin to differ; -1 when they do not.</summary>
    private static int FirstAt(string a, string b)
    {
        var common = a.AsSpan().CommonPrefixLength(b);
        return common == a.Length && common == b.Length ? -1 : common;
    }
}
