using System.Text.Json.Serialization;
using Ccr.ProxyService.Tokens;

namespace Ccr.ProxyService.Usage;

/// <summary>
/// A finished request as JSON: an entry of /api/requests, and the field <c>r</c> of the stream of recent requests in Redis. What came later than the first version is
/// nullable, because an older replica's entries lack it.
/// </summary>
internal sealed record RequestReport(
    string Id,
    DateTime StartedAt,
    double DurationMs,
    double? TtftMs,
    double? OverheadMs,
    string ClientDialect,
    string ClientApplication,
    string? Session,
    string? Agent,
    string? Key,
    string RequestedModel,
    string Scenario,
    string RouteReason,
    long? RoutingTokens,
    string? RoutingTokensSource,
    IReadOnlyList<AttemptReport> Attempts,
    string? Provider,
    string? Model,
    bool Streaming,
    int Status,
    string? Failure,
    long InputTokens,
    long CacheReadTokens,
    long CacheWriteTokens,
    [property: JsonPropertyName("cacheWrite5mTokens")] long? CacheWriteMinutesTokens,
    [property: JsonPropertyName("cacheWrite1hTokens")] long? CacheWriteHourTokens,
    long OutputTokens,
    long ReasoningTokens,
    double? TokensPerSecond,
    decimal? CostUsd,
    string? StopReason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<LossPart>? Losses = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<RouteStepReport>? Route = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ComparedWith = null)
{
    /// <summary>True when the client got a complete answer.</summary>
    [JsonIgnore]
    public bool IsOk => Failure is null && Status < 400;

    /// <summary>True when the client did not get one, though it waited.</summary>
    [JsonIgnore]
    public bool IsFailed => !IsOk && Status != UsageRecorder.ClientLeftStatus;

    /// <summary>The report of a record. Provider and model are those of the last try; null when there was none.</summary>
    public static RequestReport From(RequestRecord record)
    {
        var last = record.Attempts.Count > 0 ? record.Attempts[^1] : null;
        return new(
            record.RequestId,
            record.StartedAt.UtcDateTime,
            Milliseconds(record.Duration),
            record.TimeToFirstContent is { } first ? Milliseconds(first) : null,
            Milliseconds(record.Overhead),
            record.ClientDialect,
            record.ClientApplication,
            record.Session,
            record.Agent,
            record.Key,
            record.RequestedModel,
            record.Scenario,
            record.RouteReason,
            record.RoutingTokens?.Tokens,
            record.RoutingTokens is { } counted ? Word(counted.Source) : null,
            [.. record.Attempts.Select(AttemptReport.From)],
            last?.Provider,
            last?.Model,
            record.Streaming,
            record.Status,
            record.Failure,
            record.Tokens.Input,
            record.Tokens.CacheRead,
            record.Tokens.CacheWrite,
            record.Tokens.CacheWrite - record.Tokens.CacheWriteHour,
            record.Tokens.CacheWriteHour,
            record.Tokens.Output,
            record.Tokens.Reasoning,
            record.TokensPerSecond is { } rate ? Math.Round(rate, 3) : null,
            record.Cost,
            record.StopReason,
            record.Losses.Count == 0 ? null : [.. record.Losses.Select(static l => new LossPart(l.Path, LossPart.Word(l.Action), l.Reason))],
            RouteStepReport.From(record.Route),
            record.ComparedWith);
    }

    /// <summary>The word for how tokens were counted.</summary>
    public static string Word(TokenCountSource source) => source switch
    {
        TokenCountSource.Size => "size",
        TokenCountSource.Service => "service",
        TokenCountSource.Local => "local",
        TokenCountSource.Estimate => "estimate",
        _ => throw new ArgumentOutOfRangeException(nameof(source), source, "This way of counting has no word."),
    };

    /// <summary>A time in milliseconds, to a microsecond.</summary>
    public static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}
