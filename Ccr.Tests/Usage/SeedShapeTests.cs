using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Tests.Dashboard;
using Ccr.Tests.Proxy;

namespace Ccr.Tests.Usage;

/// <summary>
/// The pages that dashboards of older routers read have every field that those had, of the same type. Fields of our own may stand beside them. A cost may be null where it is
/// not known; the older routers said 0 then.
/// </summary>
public sealed class SeedShapeTests
{
    private static readonly Dictionary<string, string[]> Shapes = new()
    {
        ["/v1/usage"] =
        [
            "total_requests:whole", "total_failures:whole", "total_input_tokens:whole", "total_output_tokens:whole", "total_cost_usd:number", "active_streams:number", "active_requests:number",
            "tiers.tier:text", "tiers.requests:whole", "tiers.failures:whole", "tiers.input_tokens:whole", "tiers.output_tokens:whole", "tiers.cache_read_tokens:whole",
            "tiers.cache_creation_tokens:whole", "tiers.cost_usd:number", "tiers.avg_duration_seconds:number",
        ],
        ["/v1/latencies"] = [".tier:text", ".ewma_seconds:number", ".sample_count:whole"],
        ["/v1/token-drift"] =
        [
            ".tier:text", ".samples:whole", ".cumulative_local:whole", ".cumulative_upstream:whole", ".cumulative_drift_pct:number", ".last_local:whole", ".last_upstream:whole",
            ".last_drift_pct:number",
        ],
        ["/v1/token-audit"] = [".timestamp:text", ".tier:text", ".message_tokens:whole", ".system_tokens:whole", ".tool_tokens:whole", ".total_tokens:whole"],
        ["/v1/throughput"] =
        [
            ".tier:text", ".samples:whole", ".avg_ttft_seconds:number", ".p50_ttft_seconds:number", ".p90_ttft_seconds:number", ".p99_ttft_seconds:number", ".avg_tokens_per_second:number",
            ".p50_tokens_per_second:number", ".recent.ttft_seconds:number", ".recent.tokens_per_second:number", ".recent.output_tokens:whole", ".recent.generation_seconds:number",
            ".recent.timestamp:text",
        ],
        ["/v1/frontend-metrics"] = [".frontend:text", ".requests:whole", ".avg_latency_ms:number"],
        ["/v1/presets"] = [".name:text", ".route:text", ".max_tokens:whole", ".temperature:number"],
        ["/api/stats"] = ["total_requests:whole", "input_tokens:whole", "output_tokens:whole", "tool_calls:whole"],
    };

    [Fact]
    public async Task Every_field_that_older_routers_had_is_there_and_of_its_type()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer(ScriptedReply.Events(Wire.Frames(Dialect.Anthropic)));
        var config = Wire.Config(
            upstream.BaseAddress,
            """ "Presets": { "fast": { "route": "pa,m", "max_tokens": 100, "temperature": 0.5 } }, """,
            """, "pricing": { "input_per_million_tokens": 1, "output_per_million_tokens": 1 } """);
        await using var proxy = await RunningProxy.StartAsync(config);
        (await proxy.AskAsync(Wire.Body(Dialect.Anthropic, "pa,m", stream: true))).Response.Dispose();
        await Until.ResultAsync(async () => await proxy.Client.GetStringAsync("/api/requests?status=ok&q=m") is { } page && page.Contains("\"id\"", StringComparison.Ordinal) ? page : null);
        foreach (var (path, fields) in Shapes)
        {
            // Its tokens are compared a moment after its answer.
            var root = (await Until.ResultAsync(async () =>
                JsonDocument.Parse(await proxy.Client.GetStringAsync(new Uri(path, UriKind.Relative))) is { } page && !(page.RootElement.ValueKind == JsonValueKind.Array && page.RootElement.GetArrayLength() == 0) ? page : null)).RootElement;
            foreach (var field in fields)
            {
                var (name, type) = (field[..field.IndexOf(':', StringComparison.Ordinal)], field[(field.IndexOf(':', StringComparison.Ordinal) + 1)..]);
                var value = root;
                foreach (var part in name.Split('.'))
                {
                    value = part.Length == 0 ? value[0] : (value.ValueKind == JsonValueKind.Array ? value[0] : value).TryGetProperty(part, out var member) ? member : default;
                    Assert.True(value.ValueKind != JsonValueKind.Undefined, $"{path} has no {name}: {root}");
                }

                Assert.True(Is(value, type), $"{path}: {name} is {value.GetRawText()} and not {type}");
            }
        }
    }

    private static bool Is(JsonElement value, string type) => type switch
    {
        "text" => value.ValueKind == JsonValueKind.String,
        "whole" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => value.ValueKind == JsonValueKind.Number,
    };
}
