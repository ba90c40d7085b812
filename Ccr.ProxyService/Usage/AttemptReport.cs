using System.Text.Json.Serialization;

namespace Ccr.ProxyService.Usage;

/// <summary>One try of a request, as JSON.</summary>
internal sealed record AttemptReport(
    string Provider, string Model, int Status, string? Failure, double DurationMs, long InputTokens, long OutputTokens, decimal? CostUsd,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Repair = null)
{
    /// <summary>The report of a try.</summary>
    public static AttemptReport From(AttemptRecord attempt) => new(
        attempt.Provider,
        attempt.Model,
        attempt.Status,
        attempt.Failure,
        RequestReport.Milliseconds(attempt.Duration),
        attempt.Tokens.Input,
        attempt.Tokens.Output,
        attempt.Cost,
        attempt.Repair);
}
