using System.Text.Json.Serialization;

namespace Ccr.ProxyService.Keys;

/// <summary>The same JSON for people: the key file, and the command line's --json.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(KeyFileContent))]
[JsonSerializable(typeof(SpentFileContent))]
[JsonSerializable(typeof(KeyReport))]
[JsonSerializable(typeof(KeyListReport))]
internal sealed partial class KeyJsonIndented : JsonSerializerContext;
