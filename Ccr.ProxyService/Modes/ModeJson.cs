using System.Text.Json.Serialization;

namespace Ccr.ProxyService.Modes;

/// <summary>JSON of /api/mode, /api/tracing, /api/stats and /api/comparisons: camel case where nothing older says otherwise.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ModeReport))]
[JsonSerializable(typeof(TracingReport))]
[JsonSerializable(typeof(StatsReport))]
[JsonSerializable(typeof(ComparisonList))]
internal sealed partial class ModeJson : JsonSerializerContext;
