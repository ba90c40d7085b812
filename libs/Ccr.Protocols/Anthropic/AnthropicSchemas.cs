using System.Buffers;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Anthropic;

/// <summary>JSON Schemas as Anthropic takes them. A schema that is right stays as it is, byte for byte, because prompt caches key on bytes.</summary>
internal static class AnthropicSchemas
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1000 };

    private static ReadOnlySpan<byte> Anything => "{\"type\":\"object\",\"properties\":{}}"u8;

    /// <summary>Writes a tool's schema: an object at the root, without a choice of forms there. True when it had to be changed.</summary>
    public static bool WriteInput(RawJsonWriter json, RawJson schema)
    {
        if (schema.IsNullOrAbsent || schema.Span[0] != '{')
        {
            json.Raw(Anything);
            return schema.IsPresent;
        }

        try
        {
            if (IsPlainObject(schema))
            {
                json.Raw(schema.Span);
                return false;
            }

            var flat = new ArrayBufferWriter<byte>(schema.Bytes.Length + 64);
            using var document = JsonDocument.Parse(schema.Bytes, Deep);
            WriteFlattened(new(flat), document.RootElement);
            json.Raw(flat.WrittenSpan);
        }
        catch (InvalidOperationException)
        {
            // Words with half of a surrogate pair: nothing that a schema could say with them.
            json.Raw(Anything);
        }

        return true;
    }

    /// <summary>Writes the schema of an answer with every object closed, as Anthropic demands.</summary>
    public static void WriteClosed(RawJsonWriter json, RawJson schema)
    {
        var closed = new ArrayBufferWriter<byte>(schema.Bytes.Length + 64);
        try
        {
            using var document = JsonDocument.Parse(schema.Bytes, Deep);
            WriteClosed(new(closed), document.RootElement, isSchema: true);
            json.Raw(closed.WrittenSpan);
        }
        catch (InvalidOperationException)
        {
            json.Raw(schema.Span);
        }
    }

    private static bool IsPlainObject(RawJson schema)
    {
        var reader = JsonSlices.Reader(schema.Span);
        bool isObject = false, hasProperties = false, hasChoice = false;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isProperties = reader.ValueTextEquals("properties"u8);
            hasChoice |= reader.ValueTextEquals("oneOf"u8) || reader.ValueTextEquals("anyOf"u8) || reader.ValueTextEquals("allOf"u8);
            reader.Read();
            isObject |= isType && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("object"u8);
            hasProperties |= isProperties && reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
        }

        return isObject && hasProperties && !hasChoice;
    }

    private static void WriteFlattened(RawJsonWriter json, JsonElement root)
    {
        var properties = new List<JsonProperty>();
        var required = new List<JsonElement>();
        var note = new StringBuilder();
        json.Raw("{\"type\":\"object\""u8);
        foreach (var field in root.EnumerateObject())
        {
            switch (field.Name)
            {
                case "type":
                    break;
                case "properties":
                    Collect(root, properties);
                    break;
                case "required" when field.Value.ValueKind == JsonValueKind.Array:
                    required.AddRange(field.Value.EnumerateArray());
                    break;
                case "oneOf" or "anyOf" or "allOf" when field.Value.ValueKind == JsonValueKind.Array:
                    foreach (var form in field.Value.EnumerateArray())
                    {
                        Collect(form, properties);
                        if (field.Name == "allOf" && form.ValueKind == JsonValueKind.Object && form.TryGetProperty("required"u8, out var more) && more.ValueKind == JsonValueKind.Array)
                        {
                            required.AddRange(more.EnumerateArray());
                        }
                    }

                    note.Append(field.Name == "allOf" ? "All of these hold: " : field.Name == "oneOf" ? "Exactly one of these forms holds: " : "At least one of these forms holds: ")
                        .Append(field.Value.GetRawText()).Append(". ");
                    break;
                case "description":
                    break;
                default:
                    json.Raw(","u8);
                    json.Quoted(field.Name);
                    json.Raw(":"u8);
                    WriteRaw(json, field.Value);
                    break;
            }
        }

        var description = root.TryGetProperty("description"u8, out var said) && said.ValueKind == JsonValueKind.String ? said.GetString() : null;
        if (description is not null || note.Length > 0)
        {
            json.Raw(",\"description\":"u8);
            json.Quoted($"{description} {note}".Trim());
        }

        json.Raw(",\"properties\":{"u8);
        for (var i = 0; i < properties.Count; i++)
        {
            json.Raw(i > 0 ? ","u8 : default);
            json.Quoted(properties[i].Name);
            json.Raw(":"u8);
            WriteRaw(json, properties[i].Value);
        }

        json.Raw("}"u8);
        if (required.Count > 0)
        {
            json.Raw(",\"required\":["u8);
            for (var i = 0; i < required.Count; i++)
            {
                json.Raw(i > 0 ? ","u8 : default);
                WriteRaw(json, required[i]);
            }

            json.Raw("]"u8);
        }

        json.Raw("}"u8);
    }

    private static void Collect(JsonElement schema, List<JsonProperty> properties)
    {
        if (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties"u8, out var own) && own.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in own.EnumerateObject())
            {
                if (!properties.Exists(known => known.NameEquals(property.Name)))
                {
                    properties.Add(property);
                }
            }
        }
    }

    private static void WriteClosed(RawJsonWriter json, JsonElement element, bool isSchema)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var isObject = false;
                var any = false;
                json.Raw("{"u8);
                foreach (var field in element.EnumerateObject())
                {
                    isObject |= isSchema && (field.NameEquals("properties"u8) || (field.NameEquals("type"u8) && field.Value.ValueKind == JsonValueKind.String && field.Value.ValueEquals("object"u8)));
                    if (isSchema && field.NameEquals("additionalProperties"u8))
                    {
                        // Closed below; an open object is refused.
                        isObject = true;
                        continue;
                    }

                    json.Raw(any ? ","u8 : default);
                    any = true;
                    json.Quoted(field.Name);
                    json.Raw(":"u8);

                    // Inside these, the names are the author's and the values are schemas.
                    var isMap = isSchema && (field.NameEquals("properties"u8) || field.NameEquals("$defs"u8) || field.NameEquals("definitions"u8));
                    var isData = isSchema && (field.NameEquals("enum"u8) || field.NameEquals("const"u8) || field.NameEquals("default"u8) || field.NameEquals("examples"u8));
                    if (isData)
                    {
                        WriteRaw(json, field.Value);
                    }
                    else
                    {
                        WriteClosed(json, field.Value, isSchema: !isMap);
                    }
                }

                json.Raw(isObject ? any ? ",\"additionalProperties\":false}"u8 : "\"additionalProperties\":false}"u8 : "}"u8);
                break;
            case JsonValueKind.Array:
                json.Raw("["u8);
                var i = 0;
                foreach (var item in element.EnumerateArray())
                {
                    json.Raw(i++ > 0 ? ","u8 : default);
                    WriteClosed(json, item, isSchema: true);
                }

                json.Raw("]"u8);
                break;
            default:
                WriteRaw(json, element);
                break;
        }
    }

    private static void WriteRaw(RawJsonWriter json, JsonElement element) => json.Raw(Encoding.UTF8.GetBytes(element.GetRawText()));
}
