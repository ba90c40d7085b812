using System.Text.Json.Serialization;

namespace Ccr.ProxyService.Usage;

/// <summary>JSON of /v1/usage, /v1/latencies, /v1/throughput and /v1/frontend-metrics: snake case, as the Rust router has it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(UsageReport))]
[JsonSerializable(typeof(IReadOnlyList<LatencyReport>))]
[JsonSerializable(typeof(IReadOnlyList<ThroughputReport>))]
[JsonSerializable(typeof(IReadOnlyList<FrontendReport>))]
internal sealed partial class UsageJson : JsonSerializerContext;
