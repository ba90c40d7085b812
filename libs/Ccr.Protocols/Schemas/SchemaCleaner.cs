using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Schemas;

/// <summary>
/// Writes a tool's schema so that its target takes it (wire 7.9). A schema that is fine is copied byte for byte after one scan; only one that is not is
/// rewritten, in its own key order and number spelling. What is taken out of it stays as words in a description where the target loses a rule by it.
/// </summary>
public static class SchemaCleaner
{
    /// <summary>How deep schemas may nest; what is deeper is sent as a plain object.</summary>
    internal const int MaxDepth = 100;

    // An agent's tools have 20 to 100 KB of schemas; this holds those of many agents and versions.
    private static readonly SchemaCache Known = new(16 * 1024 * 1024);

    private static ReadOnlySpan<byte> PlainObject => "{\"type\":\"object\",\"properties\":{}}"u8;

    /// <summary>Writes the schema of a tool's arguments: always an object with properties.</summary>
    public static void Write(RawJsonWriter json, RawJson schema, SchemaTarget target) => Write(json, schema, target, anyRoot: false);

    /// <summary>Writes the schema of an answer, whose root may be of any type.</summary>
    public static void WriteForOutput(RawJsonWriter json, RawJson schema, SchemaTarget target) => Write(json, schema, target, anyRoot: true);

    /// <summary>Whether a schema fits OpenAI's strict mode as it is: closed objects with every property required and no keyword that it refuses.</summary>
    public static bool QualifiesForStrict(RawJson schema)
    {
        if (schema.IsNullOrAbsent)
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(schema.Bytes, new() { MaxDepth = MaxDepth });
            return StrictSchema.Qualifies(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Whether the root declares any property at all; Gemini refuses an object without.</summary>
    public static bool DeclaresProperties(RawJson schema)
    {
        if (schema.IsNullOrAbsent)
        {
            return false;
        }

        try
        {
            var reader = Reader(schema);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var word = SchemaWords.Parse(ref reader);
                reader.Read();
                if (word == SchemaWord.Properties && reader.TokenType == JsonTokenType.StartObject)
                {
                    reader.Read();
                    return reader.TokenType == JsonTokenType.PropertyName;
                }

                if (word is SchemaWord.Ref or SchemaWord.AnyOf or SchemaWord.OneOf or SchemaWord.AllOf)
                {
                    return true;
                }

                reader.Skip();
            }
        }
        catch (JsonException)
        {
            // Not usable, so it declares nothing.
        }

        return false;
    }

    /// <summary>The schema with Gemini's upper-case type names in JSON Schema's spelling; the same bytes when there are none.</summary>
    public static RawJson WithLowerCaseTypes(RawJson schema) => SchemaTypeCase.Lower(schema);

    private static void Write(RawJsonWriter json, RawJson schema, SchemaTarget target, bool anyRoot)
    {
        if (schema.IsNullOrAbsent)
        {
            json.Raw(PlainObject);
            return;
        }

        if (Known.Find(schema.Span, target, anyRoot) is { } known)
        {
            json.Raw(known);
            return;
        }

        var written = Clean(schema, target, anyRoot);
        Known.Add(schema.Span, target, anyRoot, written);
        json.Raw(written);
    }

    private static ReadOnlySpan<byte> Clean(RawJson schema, SchemaTarget target, bool anyRoot)
    {
        try
        {
            var reader = Reader(schema);
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject && !new SchemaScan(target, anyRoot).NeedsCleaning(ref reader))
            {
                return schema.Span;
            }

            using var document = JsonDocument.Parse(schema.Bytes, new() { MaxDepth = MaxDepth });
            var buffer = new ArrayBufferWriter<byte>(schema.Bytes.Length + 64);
            using (var writer = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true }))
            {
                if (target == SchemaTarget.GeminiParameters)
                {
                    new OpenApiRewriter(document.RootElement).Rewrite(anyRoot).WriteTo(writer);
                }
                else
                {
                    new JsonSchemaRewriter(document.RootElement, target, writer).Rewrite(anyRoot);
                }
            }

            return buffer.WrittenSpan;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // Too deep, no JSON, or with strings that are no text.
            return PlainObject;
        }
    }

    private static Utf8JsonReader Reader(RawJson schema) => new(schema.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
}
