using System.Text.Json.Serialization;

namespace Ccr.ProxyService.Tokens;

/// <summary>JSON of /v1/token-drift and /v1/token-audit: snake case, as the Rust router has it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<DriftReport>))]
[JsonSerializable(typeof(IReadOnlyList<AuditEntry>))]
internal sealed partial class TokenJson : JsonSerializerContext;
