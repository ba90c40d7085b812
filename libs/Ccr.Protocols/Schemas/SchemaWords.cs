using System.Text.Json;

namespace Ccr.Protocols.Schemas;

/// <summary>Spellings of <see cref="SchemaWord"/> and the value lists that targets take.</summary>
internal static class SchemaWords
{
    /// <summary>The keyword under the reader.</summary>
    public static SchemaWord Parse(ref Utf8JsonReader reader)
    {
        var name = reader.ValueSpan;
        return name.IsEmpty ? SchemaWord.Unknown : name.Length switch
        {
            2 when name.SequenceEqual("if"u8) => SchemaWord.If,
            3 when name.SequenceEqual("not"u8) => SchemaWord.Not,
            3 when name.SequenceEqual("$id"u8) => SchemaWord.Id,
            4 when name.SequenceEqual("type"u8) => SchemaWord.Type,
            4 when name.SequenceEqual("enum"u8) => SchemaWord.Enum,
            4 when name.SequenceEqual("$ref"u8) => SchemaWord.Ref,
            4 when name.SequenceEqual("then"u8) => SchemaWord.Then,
            4 when name.SequenceEqual("else"u8) => SchemaWord.Else,
            _ => Parse(name),
        };
    }

    /// <summary>The keyword of a name.</summary>
    public static SchemaWord Parse(string name) => name switch
    {
        "if" => SchemaWord.If,
        "not" => SchemaWord.Not,
        "$id" => SchemaWord.Id,
        "type" => SchemaWord.Type,
        "enum" => SchemaWord.Enum,
        "$ref" => SchemaWord.Ref,
        "then" => SchemaWord.Then,
        "else" => SchemaWord.Else,
        _ => Parse(System.Text.Encoding.UTF8.GetBytes(name)),
    };

    /// <summary>Whether OpenAI's validator knows the format.</summary>
    public static bool IsOpenAIFormat(string? format) =>
        format is "date-time" or "time" or "date" or "duration" or "email" or "hostname" or "ipv4" or "ipv6" or "uuid";

    /// <summary>Whether Gemini's OpenAPI subset knows the format.</summary>
    public static bool IsGeminiFormat(string? format) => format is "date-time" or "enum" or "float" or "double" or "int32" or "int64";

    /// <summary>Whether a pattern uses what OpenAI's engine cannot: classes of Unicode properties and looking around.</summary>
    public static bool IsPortablePattern(string? pattern) =>
        pattern is not null && !pattern.Contains("\\p{", StringComparison.Ordinal) && !pattern.Contains("\\P{", StringComparison.Ordinal)
        && !pattern.Contains("(?=", StringComparison.Ordinal) && !pattern.Contains("(?!", StringComparison.Ordinal) && !pattern.Contains("(?<=", StringComparison.Ordinal)
        && !pattern.Contains("(?<!", StringComparison.Ordinal);

    private static SchemaWord Parse(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("properties"u8) ? SchemaWord.Properties
        : name.SequenceEqual("description"u8) ? SchemaWord.Description
        : name.SequenceEqual("required"u8) ? SchemaWord.Required
        : name.SequenceEqual("items"u8) ? SchemaWord.Items
        : name.SequenceEqual("additionalProperties"u8) ? SchemaWord.AdditionalProperties
        : name.SequenceEqual("$schema"u8) ? SchemaWord.Schema
        : name.SequenceEqual("anyOf"u8) ? SchemaWord.AnyOf
        : name.SequenceEqual("oneOf"u8) ? SchemaWord.OneOf
        : name.SequenceEqual("allOf"u8) ? SchemaWord.AllOf
        : name.SequenceEqual("const"u8) ? SchemaWord.Const
        : name.SequenceEqual("format"u8) ? SchemaWord.Format
        : name.SequenceEqual("pattern"u8) ? SchemaWord.Pattern
        : name.SequenceEqual("$defs"u8) || name.SequenceEqual("definitions"u8) ? SchemaWord.Definitions
        : name.SequenceEqual("prefixItems"u8) ? SchemaWord.PrefixItems
        : name.SequenceEqual("patternProperties"u8) ? SchemaWord.PatternProperties
        : name.SequenceEqual("propertyNames"u8) ? SchemaWord.PropertyNames
        : name.SequenceEqual("dependentSchemas"u8) ? SchemaWord.DependentSchemas
        : name.SequenceEqual("$comment"u8) ? SchemaWord.Comment
        : name.SequenceEqual("contains"u8) || name.SequenceEqual("unevaluatedProperties"u8) || name.SequenceEqual("unevaluatedItems"u8) || name.SequenceEqual("additionalItems"u8) ? SchemaWord.OtherSubschema
        : name.SequenceEqual("title"u8) || name.SequenceEqual("nullable"u8) || name.SequenceEqual("minimum"u8) || name.SequenceEqual("maximum"u8)
            || name.SequenceEqual("minItems"u8) || name.SequenceEqual("maxItems"u8) || name.SequenceEqual("minLength"u8) || name.SequenceEqual("maxLength"u8)
            || name.SequenceEqual("minProperties"u8) || name.SequenceEqual("maxProperties"u8) || name.SequenceEqual("propertyOrdering"u8) ? SchemaWord.PlainOpenApi
        : SchemaWord.Unknown;
}
