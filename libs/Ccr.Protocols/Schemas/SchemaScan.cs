using System.Text.Json;

namespace Ccr.Protocols.Schemas;

/// <summary>Finds out in one pass over the bytes whether a schema holds anything that its target refuses.</summary>
internal readonly struct SchemaScan(SchemaTarget target, bool anyRoot)
{
    private bool IsGemini => target is SchemaTarget.GeminiParameters or SchemaTarget.GeminiJsonSchema;

    /// <summary>Whether the schema under the reader must be rewritten; the reader stands on its opening brace.</summary>
    public bool NeedsCleaning(ref Utf8JsonReader reader) => Schema(ref reader, isRoot: true);

    private bool Schema(ref Utf8JsonReader reader, bool isRoot)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            // true and false stand for schemas too, but not in OpenAPI; a list here is an old form of tuples.
            return target == SchemaTarget.GeminiParameters || reader.TokenType is not (JsonTokenType.True or JsonTokenType.False) || isRoot;
        }

        bool isObject = false, isArray = false, hasType = false, hasProperties = false, hasItems = false, hasRef = false, hasOthers = false, emptyProperties = false;
        Utf8JsonReader required = default, properties = default;
        var hasRequired = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueIsEscaped)
            {
                return true;
            }

            var isMeta = reader.ValueSpan.StartsWith("$"u8);
            var word = SchemaWords.Parse(ref reader);
            hasOthers |= !isMeta;
            reader.Read();
            switch (word)
            {
                case SchemaWord.Type:
                    hasType = reader.TokenType == JsonTokenType.String;
                    isObject = hasType && reader.ValueTextEquals("object"u8);
                    isArray = hasType && reader.ValueTextEquals("array"u8);
                    if (!hasType && (target == SchemaTarget.GeminiParameters || reader.TokenType != JsonTokenType.StartArray))
                    {
                        return true;
                    }

                    reader.Skip();
                    break;
                case SchemaWord.Properties:
                    hasProperties = reader.TokenType == JsonTokenType.StartObject;
                    properties = reader;
                    if (!hasProperties || Map(ref reader, out emptyProperties))
                    {
                        return true;
                    }

                    break;
                case SchemaWord.Required:
                    hasRequired = reader.TokenType == JsonTokenType.StartArray;
                    required = reader;
                    reader.Skip();
                    break;
                case SchemaWord.Items:
                    hasItems = true;
                    if (Schema(ref reader, isRoot: false))
                    {
                        return true;
                    }

                    break;
                case SchemaWord.Ref:
                    hasRef = true;
                    if (isRoot || (IsGemini && !(reader.TokenType == JsonTokenType.String && reader.ValueSpan.StartsWith("#/"u8))))
                    {
                        return true;
                    }

                    break;
                default:
                    if (Other(ref reader, word, isRoot))
                    {
                        return true;
                    }

                    break;
            }
        }

        if (isRoot && !anyRoot && (!isObject || !hasProperties))
        {
            return true;
        }

        return target switch
        {
            SchemaTarget.GeminiJsonSchema => hasRef && hasOthers,
            SchemaTarget.GeminiParameters => (isArray && !hasItems) || (!isRoot && emptyProperties) || (hasProperties && !isObject)
                || (hasRequired && (!hasProperties || !AllDeclared(required, properties))),
            _ => false,
        };
    }

    private bool Other(ref Utf8JsonReader reader, SchemaWord word, bool isRoot)
    {
        if (target == SchemaTarget.GeminiParameters)
        {
            return OtherOfOpenApi(ref reader, word);
        }

        switch (word)
        {
            case SchemaWord.Schema or SchemaWord.Id when target != SchemaTarget.Anthropic:
            case SchemaWord.Const or SchemaWord.Comment when target == SchemaTarget.GeminiJsonSchema:
            case SchemaWord.AnyOf or SchemaWord.OneOf or SchemaWord.AllOf when isRoot && !anyRoot && !IsGemini:
            case SchemaWord.Not or SchemaWord.Enum when isRoot && !anyRoot && target == SchemaTarget.OpenAI:
                return true;
            case SchemaWord.Format when target == SchemaTarget.OpenAI:
                return reader.TokenType != JsonTokenType.String || !SchemaWords.IsOpenAIFormat(reader.GetString());
            case SchemaWord.Pattern when target == SchemaTarget.OpenAI:
                return reader.TokenType != JsonTokenType.String || !SchemaWords.IsPortablePattern(reader.GetString());
            case SchemaWord.AnyOf or SchemaWord.OneOf or SchemaWord.AllOf or SchemaWord.PrefixItems:
                return List(ref reader);
            case SchemaWord.Definitions or SchemaWord.PatternProperties or SchemaWord.DependentSchemas:
                return reader.TokenType != JsonTokenType.StartObject || Map(ref reader, out _);
            case SchemaWord.AdditionalProperties or SchemaWord.PropertyNames or SchemaWord.Not or SchemaWord.If or SchemaWord.Then or SchemaWord.Else or SchemaWord.OtherSubschema:
                return Schema(ref reader, isRoot: false);
            default:
                reader.Skip();
                return false;
        }
    }

    private bool OtherOfOpenApi(ref Utf8JsonReader reader, SchemaWord word)
    {
        switch (word)
        {
            case SchemaWord.AnyOf:
                // Rewritten once more when a member says "null", which OpenAPI says with nullable.
                return List(ref reader);
            case SchemaWord.Enum:
                if (reader.TokenType != JsonTokenType.StartArray)
                {
                    return true;
                }

                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (reader.TokenType != JsonTokenType.String)
                    {
                        return true;
                    }
                }

                return false;
            case SchemaWord.Format:
                return reader.TokenType != JsonTokenType.String || !SchemaWords.IsGeminiFormat(reader.GetString());
            case SchemaWord.Description or SchemaWord.Pattern or SchemaWord.PlainOpenApi:
                reader.Skip();
                return false;
            default:
                return true;
        }
    }

    private bool Map(ref Utf8JsonReader reader, out bool isEmpty)
    {
        isEmpty = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            isEmpty = false;
            reader.Read();
            if (Schema(ref reader, isRoot: false))
            {
                return true;
            }
        }

        return false;
    }

    private bool List(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return true;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (target == SchemaTarget.GeminiParameters && reader.TokenType == JsonTokenType.StartObject && SaysNull(reader))
            {
                return true;
            }

            if (Schema(ref reader, isRoot: false))
            {
                return true;
            }
        }

        return false;
    }

    private static bool SaysNull(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            reader.Read();
            if (isType && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("null"u8))
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }

    private static bool AllDeclared(Utf8JsonReader required, Utf8JsonReader properties)
    {
        while (required.Read() && required.TokenType != JsonTokenType.EndArray)
        {
            if (required.TokenType != JsonTokenType.String)
            {
                return false;
            }

            var map = properties;
            var found = false;
            while (!found && map.Read() && map.TokenType == JsonTokenType.PropertyName)
            {
                found = map.ValueSpan.SequenceEqual(required.ValueSpan);
                map.Read();
                map.Skip();
            }

            if (!found)
            {
                return false;
            }
        }

        return true;
    }
}
