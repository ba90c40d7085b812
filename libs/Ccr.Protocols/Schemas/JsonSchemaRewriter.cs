using System.Text.Json;

namespace Ccr.Protocols.Schemas;

/// <summary>Rewrites a schema for the targets that take most of JSON Schema: leaves out what each refuses and makes the root a plain object.</summary>
internal sealed class JsonSchemaRewriter(JsonElement root, SchemaTarget target, Utf8JsonWriter writer)
{
    private const int MostSteps = 8;

    /// <summary>Writes the whole schema.</summary>
    public void Rewrite(bool anyRoot)
    {
        if (anyRoot && root.ValueKind == JsonValueKind.Object && !root.TryGetProperty("$ref", out _))
        {
            WriteSchema(root);
        }
        else
        {
            WriteRoot(anyRoot);
        }
    }

    private void WriteRoot(bool anyRoot)
    {
        var main = root;
        for (var steps = 0; steps < MostSteps && main.ValueKind == JsonValueKind.Object && main.TryGetProperty("$ref", out var reference); steps++)
        {
            // A generator's habit: the schema itself is one of its own definitions.
            if (SchemaPointer.Resolve(root, reference) is not { ValueKind: JsonValueKind.Object } found)
            {
                break;
            }

            main = found;
        }

        // Then the definitions of the whole go with it, unless the references went round in a circle and it is the whole.
        var isReference = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("$ref", out _) && main.GetRawText() != root.GetRawText();

        writer.WriteStartObject();
        var properties = new List<JsonProperty>();
        var required = new List<string>();
        if (!anyRoot)
        {
            writer.WriteString("type"u8, "object"u8);
        }

        if (main.ValueKind == JsonValueKind.Object)
        {
            foreach (var keyword in main.EnumerateObject())
            {
                switch (keyword.Name)
                {
                    case "type" when !anyRoot:
                    case "$ref":
                    case "$defs" or "definitions" when isReference && root.TryGetProperty(keyword.Name, out _):
                        break;
                    case "properties" when !anyRoot && keyword.Value.ValueKind == JsonValueKind.Object:
                        properties.AddRange(keyword.Value.EnumerateObject());
                        break;
                    case "properties" when !anyRoot:
                        break;
                    case "required" when !anyRoot:
                        AddNames(required, keyword.Value);
                        break;
                    case "anyOf" or "oneOf" or "allOf" when !anyRoot && target is SchemaTarget.OpenAI or SchemaTarget.Anthropic:
                        Merge(keyword.Value, keyword.Name == "allOf", properties, required);
                        break;
                    case "not" or "enum" when !anyRoot && target == SchemaTarget.OpenAI:
                        break;
                    default:
                        WriteKeyword(keyword);
                        break;
                }
            }

            if (isReference)
            {
                foreach (var keyword in root.EnumerateObject())
                {
                    if (keyword.Name is "$defs" or "definitions")
                    {
                        WriteKeyword(keyword);
                    }
                }
            }
        }

        if (!anyRoot)
        {
            WriteProperties(properties);
            if (required.Count > 0)
            {
                writer.WriteStartArray("required"u8);
                foreach (var name in required)
                {
                    writer.WriteStringValue(name);
                }

                writer.WriteEndArray();
            }
        }

        writer.WriteEndObject();
    }

    private void WriteProperties(List<JsonProperty> properties)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        writer.WriteStartObject("properties"u8);
        foreach (var property in properties)
        {
            if (seen.Add(property.Name))
            {
                writer.WritePropertyName(property.Name);
                WriteSchema(property.Value);
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>The properties of the root's alternatives become the root's own; only those of allOf stay required.</summary>
    private void Merge(JsonElement branches, bool all, List<JsonProperty> properties, List<string> required)
    {
        if (branches.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        foreach (var item in branches.EnumerateArray())
        {
            var branch = item;
            if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty("$ref", out var reference) && SchemaPointer.Resolve(root, reference) is { } found)
            {
                branch = found;
            }

            if (branch.ValueKind != JsonValueKind.Object)
            {
                continue;
            }

            if (branch.TryGetProperty("properties", out var more) && more.ValueKind == JsonValueKind.Object)
            {
                properties.AddRange(more.EnumerateObject());
            }

            if (all && branch.TryGetProperty("required", out var names))
            {
                AddNames(required, names);
            }
        }
    }

    private static void AddNames(List<string> required, JsonElement names)
    {
        if (names.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        foreach (var name in names.EnumerateArray())
        {
            if (name.ValueKind == JsonValueKind.String && !required.Contains(name.GetString()!))
            {
                required.Add(name.GetString()!);
            }
        }
    }

    private void WriteSchema(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            schema.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        var reference = default(JsonElement);
        var others = false;
        foreach (var keyword in schema.EnumerateObject())
        {
            if (keyword.Name == "$ref" && target == SchemaTarget.GeminiJsonSchema)
            {
                reference = keyword.Value;
                continue;
            }

            others |= !keyword.Name.StartsWith('$');
            WriteKeyword(keyword);
        }

        if (reference.ValueKind != JsonValueKind.Undefined)
        {
            WriteGeminiReference(reference, others);
        }

        writer.WriteEndObject();
    }

    /// <summary>Gemini takes a reference only alone, and only into the same schema: beside others it goes into an anyOf of its own.</summary>
    private void WriteGeminiReference(JsonElement reference, bool others)
    {
        if (SchemaPointer.Resolve(root, reference) is null)
        {
            if (!others)
            {
                writer.WriteString("type"u8, "object"u8);
            }

            return;
        }

        if (others)
        {
            writer.WriteStartArray("anyOf"u8);
            writer.WriteStartObject();
        }

        writer.WritePropertyName("$ref"u8);
        reference.WriteTo(writer);
        if (others)
        {
            writer.WriteEndObject();
            writer.WriteEndArray();
        }
    }

    private void WriteKeyword(JsonProperty keyword)
    {
        var value = keyword.Value;
        var text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        var word = SchemaWords.Parse(keyword.Name);
        switch (word)
        {
            case SchemaWord.Schema or SchemaWord.Id when target != SchemaTarget.Anthropic:
            case SchemaWord.Comment when target == SchemaTarget.GeminiJsonSchema:
            case SchemaWord.Format when target == SchemaTarget.OpenAI && !SchemaWords.IsOpenAIFormat(text):
            case SchemaWord.Pattern when target == SchemaTarget.OpenAI && !SchemaWords.IsPortablePattern(text):
            case SchemaWord.Type when value.ValueKind is not (JsonValueKind.String or JsonValueKind.Array):
            case SchemaWord.Properties when value.ValueKind != JsonValueKind.Object:
                return;
            case SchemaWord.Const when target == SchemaTarget.GeminiJsonSchema:
                writer.WriteStartArray("enum"u8);
                value.WriteTo(writer);
                writer.WriteEndArray();
                return;
        }

        writer.WritePropertyName(keyword.Name);
        switch (word)
        {
            case SchemaWord.Properties or SchemaWord.Definitions or SchemaWord.PatternProperties or SchemaWord.DependentSchemas when value.ValueKind == JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    WriteSchema(property.Value);
                }

                writer.WriteEndObject();
                break;
            case SchemaWord.AnyOf or SchemaWord.OneOf or SchemaWord.AllOf or SchemaWord.PrefixItems or SchemaWord.Items when value.ValueKind == JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    WriteSchema(item);
                }

                writer.WriteEndArray();
                break;
            case SchemaWord.Items or SchemaWord.AdditionalProperties or SchemaWord.PropertyNames or SchemaWord.Not or SchemaWord.If or SchemaWord.Then or SchemaWord.Else or SchemaWord.OtherSubschema:
                WriteSchema(value);
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
