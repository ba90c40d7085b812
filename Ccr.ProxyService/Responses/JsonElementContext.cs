using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ccr.ProxyService.Responses;

/// <summary>Writes JSON elements without reflection.</summary>
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class JsonElementContext : JsonSerializerContext;
