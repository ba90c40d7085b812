using System.Text.Json.Serialization;

namespace Ccr.ProxyService.Usage;

/// <summary>JSON of /api/usage and /api/sessions: snake case, as /v1/usage has it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(UsageAnswer))]
[JsonSerializable(typeof(SessionList))]
internal sealed partial class QueryJson : JsonSerializerContext;
