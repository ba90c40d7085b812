using System.Text.Json.Serialization;

namespace Ccr.ProxyService.Usage;

/// <summary>JSON of /api/…: camel case.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(RequestList))]
[JsonSerializable(typeof(RequestReport))]
[JsonSerializable(typeof(ErrorReport))]
internal sealed partial class ApiJson : JsonSerializerContext;
