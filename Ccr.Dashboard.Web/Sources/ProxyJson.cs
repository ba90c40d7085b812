using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ccr.Dashboard.Web.Sources;

/// <summary>Readers for the proxy's answers in snake case: unknown fields are ignored, missing ones are null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(UsageAnswer))]
[JsonSerializable(typeof(SessionPage))]
internal sealed partial class ProxyJson : JsonSerializerContext;
