using System.Text.Json;
using System.Text.RegularExpressions;
using Ccr.Simulator.Answers;

namespace Ccr.Simulator.Dialects;

/// <summary>What Google's API checks in a request beyond its order: no unknown field at any depth, names, and the schemas of functions.</summary>
internal static partial class GeminiRules
{
    private const int MostStopSequences = 5;

    private static readonly HashSet<string> Fields =
    [
        "model", "contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "safetySettings", "cachedContent", "serviceTier", "labels",
        "store", "continuationToken",
    ];

    private static readonly HashSet<string> ContentFields = ["role", "parts"];

    private static readonly HashSet<string> PartFields =
    [
        "text", "thought", "thoughtSignature", "functionCall", "functionResponse", "inlineData", "fileData", "executableCode", "codeExecutionResult",
        "toolCall", "toolResponse", "videoMetadata", "mediaResolution", "partMetadata",
    ];

    private static readonly HashSet<string> CallFields = ["id", "name", "args", "partialArgs", "willContinue"];

    private static readonly HashSet<string> ResponseFields = ["id", "name", "response", "parts", "willContinue", "scheduling"];

    private static readonly HashSet<string> ToolFields =
        ["functionDeclarations", "googleSearch", "googleSearchRetrieval", "codeExecution", "urlContext", "fileSearch", "googleMaps", "computerUse", "mcpServers"];

    private static readonly HashSet<string> FunctionFields = ["name", "description", "behavior", "parameters", "parametersJsonSchema", "response", "responseJsonSchema"];

    private static readonly HashSet<string> ConfigFields =
    [
        "temperature", "topP", "topK", "candidateCount", "maxOutputTokens", "stopSequences", "presencePenalty", "frequencyPenalty", "seed",
        "responseMimeType", "responseSchema", "responseJsonSchema", "responseLogprobs", "logprobs", "thinkingConfig", "responseModalities",
        "mediaResolution", "speechConfig", "imageConfig", "enableEnhancedCivicAnswers",
    ];

    private static readonly HashSet<string> ThinkingFields = ["includeThoughts", "thinkingBudget", "thinkingLevel"];

    private static readonly HashSet<string> ToolConfigFields = ["functionCallingConfig", "retrievalConfig", "includeServerSideToolInvocations"];

    private static readonly HashSet<string> CallingFields = ["mode", "allowedFunctionNames", "streamFunctionCallArguments"];

    // OpenAPI 3.0, as far as it is taken.
    private static readonly HashSet<string> SchemaFields =
    [
        "type", "format", "title", "description", "nullable", "enum", "items", "minItems", "maxItems", "properties", "required", "minProperties",
        "maxProperties", "minLength", "maxLength", "pattern", "example", "anyOf", "propertyOrdering", "minimum", "maximum",
    ];

    private static readonly HashSet<string> SchemaTypes = ["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"];

    /// <summary>The fields of a part of which it has exactly one.</summary>
    public static IReadOnlyList<string> PartKinds { get; } =
        ["text", "functionCall", "functionResponse", "inlineData", "fileData", "executableCode", "codeExecutionResult", "toolCall", "toolResponse"];

    /// <summary>The whole request.</summary>
    public static void Check(JsonElement body)
    {
        RefuseUnknown(body, Fields, "");
        var index = 0;
        foreach (var content in body.Items("contents"))
        {
            CheckContent(content, $"contents[{index++}]");
        }

        if (body.Either("systemInstruction") is { ValueKind: JsonValueKind.Object } system)
        {
            CheckContent(system, "system_instruction");
        }

        CheckTools(body);
        CheckConfig(body.Either("generationConfig"));
        var toolConfig = body.Either("toolConfig");
        RefuseUnknown(toolConfig, ToolConfigFields, "tool_config");
        var calling = toolConfig.Either("functionCallingConfig");
        RefuseUnknown(calling, CallingFields, "tool_config.function_calling_config");
        if (calling.Either("allowedFunctionNames").ValueKind == JsonValueKind.Array && calling.GetText("mode")?.ToUpperInvariant() is not ("ANY" or "VALIDATED"))
        {
            throw new RefusedException("Function calling config is set with allowed_function_names, but the mode is not ANY.");
        }
    }

    private static void CheckContent(JsonElement content, string place)
    {
        RefuseUnknown(content, ContentFields, place);
        var index = 0;
        foreach (var part in content.Items("parts"))
        {
            var at = $"{place}.parts[{index++}]";
            RefuseUnknown(part, PartFields, at);
            if (part.Get("text") is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.String) })
            {
                throw new RefusedException($"Invalid value at '{at}.text' (TYPE_STRING).");
            }

            if (part.Either("functionCall") is { ValueKind: JsonValueKind.Object } call)
            {
                RefuseUnknown(call, CallFields, at + ".function_call");
                RequireName(call, at + ".function_call.name");
                RequireStruct(call.Get("args"), at + ".function_call.args");
            }

            if (part.Either("functionResponse") is { ValueKind: JsonValueKind.Object } response)
            {
                RefuseUnknown(response, ResponseFields, at + ".function_response");
                RequireName(response, at + ".function_response.name");
                RequireStruct(response.Get("response"), at + ".function_response.response");
            }
        }
    }

    private static void CheckTools(JsonElement body)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var tool in body.Items("tools"))
        {
            var place = $"tools[{index++}]";
            RefuseUnknown(tool, ToolFields, place);
            var inner = 0;
            foreach (var function in tool.Either("functionDeclarations") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : default)
            {
                var at = $"{place}.function_declarations[{inner++}]";
                RefuseUnknown(function, FunctionFields, at);
                RequireName(function, at + ".name");
                if (!names.Add(function.Need("name")))
                {
                    throw new RefusedException($"Duplicate function declaration found: {function.Need("name")}");
                }

                if (function.Get("parameters") is { ValueKind: not JsonValueKind.Undefined } parameters)
                {
                    if (function.Either("parametersJsonSchema").ValueKind != JsonValueKind.Undefined)
                    {
                        throw new RefusedException($"* {at}: parameters and parameters_json_schema are mutually exclusive.");
                    }

                    CheckSchema(parameters, at + ".parameters");
                }
            }
        }
    }

    private static void CheckConfig(JsonElement config)
    {
        RefuseUnknown(config, ConfigFields, "generation_config");
        RefuseUnknown(config.Either("thinkingConfig"), ThinkingFields, "generation_config.thinking_config");
        if (config.Either("stopSequences") is { ValueKind: JsonValueKind.Array } stops && stops.GetArrayLength() > MostStopSequences)
        {
            throw new RefusedException($"* GenerateContentRequest.generation_config.stop_sequences: at most {MostStopSequences} stop sequences are allowed.");
        }

        if (config.Either("responseSchema") is { ValueKind: not JsonValueKind.Undefined } schema)
        {
            CheckSchema(schema, "generation_config.response_schema");
        }
    }

    private static void CheckSchema(JsonElement schema, string place)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw new RefusedException($"Invalid value at '{place}' (type.googleapis.com/google.ai.generativelanguage.v1beta.Schema).");
        }

        RefuseUnknown(schema, SchemaFields, place);
        var type = schema.Get("type") switch
        {
            { ValueKind: JsonValueKind.Undefined } => null,
            { ValueKind: JsonValueKind.String } text when SchemaTypes.Contains(text.GetString()!.ToUpperInvariant()) => text.GetString()!.ToUpperInvariant(),
            { ValueKind: JsonValueKind.Array } => throw new RefusedException($"Invalid JSON payload received. Unknown name \"type\" at '{place}': Proto field is not repeating, cannot start list."),
            var other => throw new RefusedException($"Invalid value at '{place}.type' (type.googleapis.com/google.ai.generativelanguage.v1beta.Type), {other}"),
        };
        if (schema.Get("enum") is { ValueKind: not JsonValueKind.Undefined } values)
        {
            if (values.ValueKind != JsonValueKind.Array || values.EnumerateArray().Any(v => v.ValueKind != JsonValueKind.String))
            {
                throw new RefusedException($"Invalid value at '{place}.enum' (TYPE_STRING).");
            }

            if (type is not (null or "STRING"))
            {
                throw new RefusedException($"* GenerateContentRequest.{place}.enum: only allowed for STRING type");
            }
        }

        if (type == "ARRAY" && schema.Get("items").ValueKind == JsonValueKind.Undefined)
        {
            throw new RefusedException($"* GenerateContentRequest.{place}.items: missing field.");
        }

        CheckInner(schema, place);
    }

    private static void CheckInner(JsonElement schema, string place)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (schema.Get("properties") is { ValueKind: JsonValueKind.Object } properties)
        {
            foreach (var property in properties.EnumerateObject())
            {
                names.Add(property.Name);
                CheckSchema(property.Value, $"{place}.properties['{property.Name}']");
            }
        }

        if (SampleInput.Required(schema).FirstOrDefault(name => !names.Contains(name)) is { } missing)
        {
            throw new RefusedException($"* GenerateContentRequest.{place}.required: property '{missing}' is not defined");
        }

        if (schema.Get("items") is { ValueKind: not JsonValueKind.Undefined } items)
        {
            CheckSchema(items, place + ".items");
        }

        var index = 0;
        foreach (var one in schema.Either("anyOf") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : default)
        {
            CheckSchema(one, $"{place}.any_of[{index++}]");
        }
    }

    private static void RequireName(JsonElement element, string place)
    {
        if (element.GetText("name") is not { } name || !NamePattern().IsMatch(name))
        {
            throw new RefusedException($"* GenerateContentRequest.{place}: Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 128.");
        }
    }

    private static void RequireStruct(JsonElement element, string place)
    {
        if (element.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Object))
        {
            throw new RefusedException($"Invalid value at '{place}' (type.googleapis.com/google.protobuf.Struct), {element}");
        }
    }

    private static void RefuseUnknown(JsonElement element, HashSet<string> known, string place)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var property in element.EnumerateObject())
        {
            if (!known.Contains(GeminiRead.Camel(property.Name)))
            {
                throw new RefusedException($"Invalid JSON payload received. Unknown name \"{property.Name}\"{(place.Length > 0 ? $" at '{place}'" : "")}: Cannot find field.");
            }
        }
    }

    [GeneratedRegex("^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern();
}
