using System.Text.Json.Serialization;

namespace Ccr.ProxyService.Keys;

/// <summary>JSON of keys: as stored, as shown, and their books.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(VirtualKey))]
[JsonSerializable(typeof(KeyFileContent))]
[JsonSerializable(typeof(SpentFileContent))]
[JsonSerializable(typeof(Ledger))]
[JsonSerializable(typeof(KeyReport))]
[JsonSerializable(typeof(KeyListReport))]
internal sealed partial class KeyJson : JsonSerializerContext;
