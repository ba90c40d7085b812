using System.Text.Json.Serialization;

namespace Ccr.ProxyService.Usage;

/// <summary>JSON of /v1/usage and /v1/latencies: snake case, as the Rust router has it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(UsageReport))]
[JsonSerializable(typeof(IReadOnlyList<LatencyReport>))]
internal sealed partial class UsageJson : JsonSerializerContext;
