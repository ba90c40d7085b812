using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ccr.Simulator.Answers;

/// <summary>The smallest JSON that a schema accepts, as far as its common words say: required properties, types, enums, bounds, local references.</summary>
internal static class SampleInput
{
    private const int Deepest = 16;
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>JSON for a schema. <paramref name="preset"/> are top-level properties with their JSON text; they are written when the schema names them.</summary>
    public static string For(JsonElement schema, IReadOnlyDictionary<string, string>? preset = null)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, Plain))
        {
            if (preset is null && schema.ValueKind == JsonValueKind.Object)
            {
                Write(json, schema, schema, 0);
            }
            else
            {
                WriteObject(json, schema, schema, preset, 0);
            }
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>The names that a schema requires.</summary>
    public static IEnumerable<string> Required(JsonElement schema) =>
        Get(schema, "required") is { ValueKind: JsonValueKind.Array } names
            ? names.EnumerateArray().Where(n => n.ValueKind == JsonValueKind.String).Select(n => n.GetString()!)
            : [];

    /// <summary>The schema of one property; undefined when the schema does not name it.</summary>
    public static JsonElement Property(JsonElement schema, string name) => Get(Get(schema, "properties"), name);

    private static void Write(Utf8JsonWriter json, JsonElement schema, JsonElement root, int depth)
    {
        if (depth > Deepest || schema.ValueKind != JsonValueKind.Object)
        {
            json.WriteStringValue("sample");
            return;
        }

        if (Get(schema, "const") is { ValueKind: not JsonValueKind.Undefined } constant)
        {
            constant.WriteTo(json);
        }
        else if (Get(schema, "enum") is { ValueKind: JsonValueKind.Array } values && values.GetArrayLength() > 0)
        {
            values[0].WriteTo(json);
        }
        else if (Get(schema, "$ref") is { ValueKind: JsonValueKind.String } reference)
        {
            Write(json, Resolve(root, reference.GetString()!), root, depth + 1);
        }
        else if (FirstOf(schema) is { ValueKind: JsonValueKind.Object } alternative)
        {
            Write(json, alternative, root, depth + 1);
        }
        else
        {
            WriteTyped(json, schema, root, depth);
        }
    }

    private static void WriteTyped(Utf8JsonWriter json, JsonElement schema, JsonElement root, int depth)
    {
        switch (TypeOf(schema))
        {
            case "object":
                WriteObject(json, schema, root, null, depth);
                break;
            case "array":
                json.WriteStartArray();
                for (var i = 0; i < Number(schema, "minItems", 0); i++)
                {
                    Write(json, Get(schema, "items"), root, depth + 1);
                }

                json.WriteEndArray();
                break;
            case "integer" or "number":
                json.WriteNumberValue((long)Math.Ceiling(Math.Max(Number(schema, "minimum", 0), Number(schema, "exclusiveMinimum", -1) + 1)));
                break;
            case "boolean":
                json.WriteBooleanValue(false);
                break;
            case "null":
                json.WriteNullValue();
                break;
            default:
                json.WriteStringValue("sample".PadRight((int)Math.Clamp(Number(schema, "minLength", 0), 0, 4096), '.'));
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter json, JsonElement schema, JsonElement root, IReadOnlyDictionary<string, string>? preset, int depth)
    {
        json.WriteStartObject();
        foreach (var (name, value) in preset ?? new Dictionary<string, string>())
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value);
        }

        foreach (var name in Required(schema).Where(n => preset?.ContainsKey(n) != true))
        {
            json.WritePropertyName(name);
            Write(json, Property(schema, name), root, depth + 1);
        }

        json.WriteEndObject();
    }

    private static string? TypeOf(JsonElement schema) => Get(schema, "type") switch
    {
        { ValueKind: JsonValueKind.String } one => one.GetString()!.ToLowerInvariant(), // Gemini's schemas shout: OBJECT, STRING.
        { ValueKind: JsonValueKind.Array } many when many.GetArrayLength() > 0 && many[0].ValueKind == JsonValueKind.String => many[0].GetString(),
        _ => Get(schema, "properties").ValueKind == JsonValueKind.Object ? "object" : null,
    };

    private static JsonElement FirstOf(JsonElement schema)
    {
        foreach (var word in (string[])["anyOf", "oneOf", "allOf"])
        {
            if (Get(schema, word) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0)
            {
                return list[0];
            }
        }

        return default;
    }

    private static JsonElement Resolve(JsonElement root, string reference)
    {
        var at = root;
        foreach (var step in reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            at = Get(at, step);
        }

        return at;
    }

    private static double Number(JsonElement schema, string name, double otherwise) =>
        Get(schema, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out var value) && Math.Abs(value) < 1e9 ? value : otherwise;

    private static JsonElement Get(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;
}
