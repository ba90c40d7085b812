using System.Text.Json.Serialization;

namespace Ccr.ProxyService.Usage;

/// <summary>JSON of the spool: a head, then a unit, on a line each.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SpoolHead))]
[JsonSerializable(typeof(SpoolUnit))]
internal sealed partial class SpoolJson : JsonSerializerContext;
