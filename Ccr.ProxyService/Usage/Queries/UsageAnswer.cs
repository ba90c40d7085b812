using System.Text.Json.Serialization;

namespace Ccr.ProxyService.Usage;

/// <summary>The answer of /api/usage.</summary>
/// <param name="GroupBy">What was asked.</param>
/// <param name="From">The time that is really covered, UTC; null for the first thing counted.</param>
/// <param name="To">Its end, not included.</param>
/// <param name="Interval">"minute", "hour" or "day"; null without buckets.</param>
/// <param name="Source">"redis": all replicas; "memory": this process since its start.</param>
/// <param name="Rows">By cost, then by requests, the most first.</param>
/// <param name="Buckets">The same groups by time; only what is not 0, in the order of time.</param>
internal sealed record UsageAnswer(
    string GroupBy,
    DateTime? From,
    DateTime To,
    string? Interval,
    string Source,
    IReadOnlyList<UsageRow> Rows,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<UsageRow>? Buckets);
