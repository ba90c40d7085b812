using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ccr.Protocols.Schemas;

/// <summary>
/// Rewrites a schema in the OpenAPI subset of Gemini's <c>parameters</c>: only its keywords, references inlined, alternatives as anyOf, null as nullable, and
/// in words what the subset cannot say.
/// </summary>
internal sealed class OpenApiRewriter(JsonElement root)
{
    // References can multiply: a schema that unfolds to more than this is cut off with plain objects.
    private const int MostNodes = 4000;
    private const int LongestWord = 200;

    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private int _nodes;

    /// <summary>The whole schema; an object with properties unless any root will do.</summary>
    public JsonObject Rewrite(bool anyRoot)
    {
        var schema = Schema(root, 0);
        if (anyRoot)
        {
            return schema;
        }

        if (schema["anyOf"] is JsonArray branches)
        {
            // The root must be a plain object: its alternatives' properties become its own.
            schema.Remove("anyOf");
            var all = schema["properties"] as JsonObject ?? [];
            foreach (var branch in branches)
            {
                if (branch?["properties"] is JsonObject more)
                {
                    AddMissing(all, more);
                }
            }

            schema["properties"] = all.Parent is null ? all : all.DeepClone();
        }

        schema["type"] = "object";
        schema.Remove("nullable");
        schema.Remove("enum");
        schema.Remove("items");
        schema["properties"] ??= new JsonObject();
        return schema;
    }

    private JsonObject Schema(JsonElement element, int depth)
    {
        var result = new JsonObject();
        if (element.ValueKind != JsonValueKind.Object)
        {
            return result;
        }

        if (++_nodes > MostNodes || depth > SchemaCleaner.MaxDepth)
        {
            result["type"] = "object";
            return result;
        }

        var words = new List<string>();
        foreach (var keyword in element.EnumerateObject())
        {
            Keyword(result, element, keyword, words, depth);
        }

        Finish(result, depth);
        Describe(result, words);
        return result;
    }

    private void Keyword(JsonObject result, JsonElement element, JsonProperty keyword, List<string> words, int depth)
    {
        var value = keyword.Value;
        switch (SchemaWords.Parse(keyword.Name))
        {
            case SchemaWord.Type:
                Type(result, value);
                break;
            case SchemaWord.Properties when value.ValueKind == JsonValueKind.Object:
                Properties(result, value, depth);
                break;
            case SchemaWord.Required when value.ValueKind == JsonValueKind.Array:
                Required(result, value);
                break;
            case SchemaWord.Items when value.ValueKind == JsonValueKind.Object:
                result["items"] = Schema(value, depth + 1);
                break;
            case SchemaWord.Items or SchemaWord.PrefixItems when value.ValueKind == JsonValueKind.Array:
                result["items"] = OneOf(value, depth);
                words.Add("items in this order: " + Short(value));
                break;
            case SchemaWord.Ref:
                Reference(result, value, words, depth);
                break;
            case SchemaWord.AnyOf or SchemaWord.OneOf when value.ValueKind == JsonValueKind.Array:
                AnyOf(result, value, depth);
                break;
            case SchemaWord.AllOf when value.ValueKind == JsonValueKind.Array:
                foreach (var part in value.EnumerateArray())
                {
                    Absorb(result, Schema(part, depth + 1), keepRequired: true);
                }

                break;
            case SchemaWord.Then or SchemaWord.Else when value.ValueKind == JsonValueKind.Object:
                words.Add($"{keyword.Name}: {Short(value)}");
                Absorb(result, Schema(value, depth + 1), keepRequired: false);
                break;
            case SchemaWord.Enum when value.ValueKind == JsonValueKind.Array:
                Enum(result, value, words);
                break;
            case SchemaWord.Const when value.ValueKind == JsonValueKind.String:
                result["type"] = "string";
                result["enum"] = new JsonArray(JsonValue.Create(value.GetString()));
                break;
            case SchemaWord.Const:
                if (value.ValueKind == JsonValueKind.Number)
                {
                    result["type"] ??= "number";
                }
                else if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
                {
                    result["type"] ??= "boolean";
                }

                words.Add("always " + Short(value));
                break;
            case SchemaWord.Format when value.ValueKind == JsonValueKind.String && SchemaWords.IsGeminiFormat(value.GetString()):
            case SchemaWord.Pattern or SchemaWord.Description when value.ValueKind == JsonValueKind.String:
            case SchemaWord.PlainOpenApi when value.ValueKind != JsonValueKind.Null:
                result[keyword.Name] = JsonNode.Parse(value.GetRawText());
                break;
            case SchemaWord.Unknown when keyword.Name is "exclusiveMinimum" or "exclusiveMaximum":
                Bound(result, element, keyword, words);
                break;
            case SchemaWord.AdditionalProperties when value.ValueKind is JsonValueKind.False or JsonValueKind.True:
            case SchemaWord.Schema or SchemaWord.Id or SchemaWord.Comment or SchemaWord.Definitions or SchemaWord.Type or SchemaWord.Description or SchemaWord.Items or SchemaWord.Properties or SchemaWord.PlainOpenApi:
            case SchemaWord.Unknown when keyword.Name is "examples" or "example" or "deprecated" or "readOnly" or "writeOnly" or "$anchor" or "$vocabulary" || keyword.Name.StartsWith("x-", StringComparison.Ordinal):
                break;
            default:
                // Lost as a rule, kept as words.
                words.Add($"{keyword.Name}: {Short(value)}");
                break;
        }
    }

    private static void Type(JsonObject result, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            if (value.ValueEquals("null"u8))
            {
                result["nullable"] = true;
            }
            else
            {
                result["type"] = value.GetString();
            }

            return;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        var types = new List<string>();
        foreach (var type in value.EnumerateArray())
        {
            if (type.ValueKind == JsonValueKind.String && !type.ValueEquals("null"u8))
            {
                types.Add(type.GetString()!);
            }
            else
            {
                result["nullable"] = true;
            }
        }

        if (types.Count == 1)
        {
            result["type"] = types[0];
        }
        else if (types.Count > 1)
        {
            result["anyOf"] = new JsonArray([.. types.Select(Alone)]);
        }
    }

    /// <summary>A branch that says no more than its type; a list must say of what.</summary>
    private static JsonNode Alone(string type)
    {
        var branch = new JsonObject { ["type"] = type };
        if (type.Equals("array", StringComparison.OrdinalIgnoreCase))
        {
            branch["items"] = new JsonObject { ["type"] = "string" };
        }

        return branch;
    }

    private void Properties(JsonObject result, JsonElement value, int depth)
    {
        var properties = new JsonObject();
        foreach (var property in value.EnumerateObject())
        {
            properties[property.Name] = Schema(property.Value, depth + 1);
        }

        if (result["properties"] is JsonObject earlier)
        {
            AddMissing(properties, earlier);
        }

        result["properties"] = properties;
    }

    private static void Required(JsonObject result, JsonElement value)
    {
        var list = result["required"] as JsonArray ?? [];
        foreach (var name in value.EnumerateArray())
        {
            if (name.ValueKind == JsonValueKind.String && !list.Any(known => known!.GetValue<string>() == name.GetString()))
            {
                list.Add((JsonNode)JsonValue.Create(name.GetString()!));
            }
        }

        result["required"] ??= list;
    }

    private void Reference(JsonObject result, JsonElement value, List<string> words, int depth)
    {
        var path = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        if (SchemaPointer.Resolve(root, value) is not { } found || !_open.Add(path))
        {
            // Elsewhere, nowhere, or within itself.
            result["type"] ??= "object";
            words.Add("as " + path[(path.LastIndexOf('/') + 1)..]);
            return;
        }

        Absorb(result, Schema(found, depth + 1), keepRequired: true);
        _open.Remove(path);
    }

    private void AnyOf(JsonObject result, JsonElement value, int depth)
    {
        var branches = new JsonArray();
        foreach (var item in value.EnumerateArray())
        {
            var branch = Schema(item, depth + 1);
            if (branch.Count == 1 && branch.ContainsKey("nullable"))
            {
                result["nullable"] = true;
            }
            else
            {
                branches.Add((JsonNode)branch);
            }
        }

        if (branches.Count == 1)
        {
            var only = branches[0]!.AsObject();
            branches.Clear();
            Absorb(result, only, keepRequired: true);
        }
        else if (branches.Count > 1)
        {
            if (result["anyOf"] is JsonArray before)
            {
                foreach (var branch in branches)
                {
                    before.Add(branch!.DeepClone());
                }
            }
            else
            {
                result["anyOf"] = branches;
            }
        }
    }

    /// <summary>What may be any of these.</summary>
    private JsonObject OneOf(JsonElement value, int depth)
    {
        var schema = new JsonObject();
        AnyOf(schema, value, depth);
        if (schema.Count == 0)
        {
            schema["type"] = "string";
        }

        return schema;
    }

    private static void Enum(JsonObject result, JsonElement value, List<string> words)
    {
        var texts = new JsonArray();
        var others = false;
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String)
            {
                texts.Add((JsonNode)JsonValue.Create(item.GetString()!));
            }
            else if (item.ValueKind == JsonValueKind.Null)
            {
                result["nullable"] = true;
            }
            else
            {
                others = true;
            }
        }

        if (others)
        {
            // Gemini's enums are of strings; one with the numbers turned into strings would be answered with strings.
            words.Add("one of " + Short(value));
        }
        else if (texts.Count > 0)
        {
            result["enum"] = texts;
        }
    }

    private static void Bound(JsonObject result, JsonElement element, JsonProperty keyword, List<string> words)
    {
        var name = keyword.Name == "exclusiveMinimum" ? "minimum" : "maximum";
        if (keyword.Value.ValueKind != JsonValueKind.Number || result.ContainsKey(name))
        {
            if (keyword.Value.ValueKind != JsonValueKind.False)
            {
                words.Add($"{keyword.Name}: {Short(keyword.Value)}");
            }

            return;
        }

        if (element.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("integer"u8) && keyword.Value.TryGetInt64(out var bound) && Math.Abs(bound) < long.MaxValue)
        {
            result[name] = bound + (name == "minimum" ? 1 : -1);
            return;
        }

        result[name] = JsonNode.Parse(keyword.Value.GetRawText());
        words.Add($"{(name == "minimum" ? "more" : "less")} than {Short(keyword.Value)}");
    }

    /// <summary>Adds what another schema says where this one says nothing.</summary>
    private static void Absorb(JsonObject result, JsonObject other, bool keepRequired)
    {
        foreach (var (name, node) in other.ToList())
        {
            switch (name)
            {
                case "properties" when result["properties"] is JsonObject mine:
                    AddMissing(mine, node!.AsObject());
                    break;
                case "required" when !keepRequired:
                    break;
                case "required" when result["required"] is JsonArray names:
                    foreach (var item in node!.AsArray())
                    {
                        if (!names.Any(known => known!.GetValue<string>() == item!.GetValue<string>()))
                        {
                            names.Add(item!.DeepClone());
                        }
                    }

                    break;
                default:
                    if (!result.ContainsKey(name))
                    {
                        result[name] = node?.DeepClone();
                    }

                    break;
            }
        }
    }

    private static void AddMissing(JsonObject properties, JsonObject more)
    {
        foreach (var (name, node) in more.ToList())
        {
            if (!properties.ContainsKey(name))
            {
                properties[name] = node?.DeepClone();
            }
        }
    }

    /// <summary>What Gemini demands of the whole: types that fit the rest, lists with items, nothing required that is not declared.</summary>
    private static void Finish(JsonObject result, int depth)
    {
        if (result["properties"] is JsonObject properties)
        {
            result["type"] ??= "object";
            if (properties.Count == 0 && depth > 0)
            {
                result.Remove("properties");
            }
        }

        if (result.ContainsKey("items"))
        {
            result["type"] ??= "array";
        }
        else if (result["type"] is JsonValue type && type.TryGetValue<string>(out var word) && word.Equals("array", StringComparison.OrdinalIgnoreCase))
        {
            result["items"] = new JsonObject { ["type"] = "string" };
        }

        if (result.ContainsKey("enum"))
        {
            result["type"] ??= "string";
        }

        if (result["required"] is JsonArray required)
        {
            var declared = result["properties"] as JsonObject;
            for (var i = required.Count - 1; i >= 0; i--)
            {
                if (declared is null || !declared.ContainsKey(required[i]!.GetValue<string>()))
                {
                    required.RemoveAt(i);
                }
            }

            if (required.Count == 0)
            {
                result.Remove("required");
            }
        }

        if (result.ContainsKey("anyOf") && result.ContainsKey("type") && !result.ContainsKey("properties"))
        {
            // Beside anyOf nothing of a type of its own is taken.
            result.Remove("type");
        }
    }

    private static void Describe(JsonObject result, List<string> words)
    {
        if (words.Count == 0)
        {
            return;
        }

        var said = result["description"]?.GetValue<string>();
        var more = string.Join("; ", words);
        result["description"] = string.IsNullOrEmpty(said) ? more : string.Create(CultureInfo.InvariantCulture, $"{said} ({more})");
    }

    private static string Short(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= LongestWord ? text : string.Concat(text.AsSpan(0, LongestWord), "…");
    }
}
