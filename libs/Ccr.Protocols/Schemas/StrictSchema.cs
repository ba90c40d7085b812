using System.Text.Json;

namespace Ccr.Protocols.Schemas;

/// <summary>The rules of OpenAI's strict mode.</summary>
internal static class StrictSchema
{
    /// <summary>Whether the root and all below it fit.</summary>
    public static bool Qualifies(JsonElement root) => root.ValueKind == JsonValueKind.Object && !root.TryGetProperty("anyOf", out _) && IsObject(root) && Fits(root);

    private static bool Fits(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        foreach (var keyword in schema.EnumerateObject())
        {
            var fits = keyword.Name switch
            {
                "type" or "description" or "title" or "enum" or "const" or "required" or "additionalProperties" or "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum"
                    or "multipleOf" or "minItems" or "maxItems" or "$ref" => true,
                "pattern" => SchemaWords.IsPortablePattern(keyword.Value.ValueKind == JsonValueKind.String ? keyword.Value.GetString() : null),
                "format" => SchemaWords.IsOpenAIFormat(keyword.Value.ValueKind == JsonValueKind.String ? keyword.Value.GetString() : null),
                "items" => Fits(keyword.Value),
                "anyOf" => AllFit(keyword.Value),
                "properties" or "$defs" or "definitions" => AllValuesFit(keyword.Value),
                _ => false,
            };
            if (!fits)
            {
                return false;
            }
        }

        return !IsObject(schema) || IsClosed(schema);
    }

    private static bool IsObject(JsonElement schema) =>
        schema.TryGetProperty("type", out var type)
        && (type.ValueKind == JsonValueKind.String ? type.ValueEquals("object"u8) : type.ValueKind == JsonValueKind.Array && type.EnumerateArray().Any(t => t.ValueKind == JsonValueKind.String && t.ValueEquals("object"u8)));

    private static bool IsClosed(JsonElement schema)
    {
        if (!schema.TryGetProperty("additionalProperties", out var additional) || additional.ValueKind != JsonValueKind.False
            || !schema.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        var required = new HashSet<string>(StringComparer.Ordinal);
        if (schema.TryGetProperty("required", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (var name in list.EnumerateArray())
            {
                if (name.ValueKind == JsonValueKind.String)
                {
                    required.Add(name.GetString()!);
                }
            }
        }

        return properties.EnumerateObject().All(p => required.Contains(p.Name));
    }

    private static bool AllFit(JsonElement list) => list.ValueKind == JsonValueKind.Array && list.EnumerateArray().All(Fits);

    private static bool AllValuesFit(JsonElement map) => map.ValueKind == JsonValueKind.Object && map.EnumerateObject().All(p => Fits(p.Value));
}
