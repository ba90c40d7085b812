using System.Text.Json.Serialization;

namespace Ccr.ProxyService.Modes;

/// <summary>The answer of /api/stats: what clients' requests came to since the start.</summary>
internal sealed record StatsReport(
    [property: JsonPropertyName("total_requests")] long TotalRequests,
    [property: JsonPropertyName("input_tokens")] long InputTokens,
    [property: JsonPropertyName("output_tokens")] long OutputTokens,
    [property: JsonPropertyName("tool_calls")] long ToolCalls);
