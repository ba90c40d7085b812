using System.Text.Json;
using Ccr.Simulator.Answers;

namespace Ccr.Simulator.Dialects;

/// <summary>What OpenAI checks in a Responses request beyond its order: fields, names, ids, parts, schemas.</summary>
internal static class ResponsesRules
{
    private const int LongestName = 64;
    private const int LongestCallId = 64;
    private const int LeastOutputTokens = 16;

    private static readonly HashSet<string> Fields =
    [
        "model", "input", "instructions", "stream", "stream_options", "max_output_tokens", "max_tool_calls", "temperature", "top_p", "top_logprobs", "tools",
        "tool_choice", "parallel_tool_calls", "reasoning", "text", "include", "store", "previous_response_id", "conversation", "background", "prompt",
        "truncation", "context_management", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "safety_identifier", "user",
        "service_tier", "metadata", "moderation", "access_programs", "image", "client_metadata",
    ];

    // Items of other kinds are not looked into.
    private static readonly Dictionary<string, HashSet<string>> ItemFields = new(StringComparer.Ordinal)
    {
        ["message"] = ["type", "id", "role", "content", "status", "phase"],
        ["function_call"] = ["type", "id", "call_id", "name", "arguments", "status", "namespace", "async", "caller"],
        ["function_call_output"] = ["type", "id", "call_id", "output", "status", "caller"],
        ["custom_tool_call"] = ["type", "id", "call_id", "name", "input", "status", "namespace", "caller"],
        ["custom_tool_call_output"] = ["type", "id", "call_id", "output", "status", "caller"],
        ["reasoning"] = ["type", "id", "summary", "content", "encrypted_content", "status"],
        ["item_reference"] = ["type", "id"],
    };

    private static readonly Dictionary<string, HashSet<string>> PartFields = new(StringComparer.Ordinal)
    {
        ["input_text"] = ["type", "text", "prompt_cache_breakpoint"],
        ["input_image"] = ["type", "image_url", "file_id", "detail", "prompt_cache_breakpoint"],
        ["input_file"] = ["type", "file_data", "file_url", "file_id", "filename", "detail", "prompt_cache_breakpoint"],
        ["output_text"] = ["type", "text", "annotations", "logprobs"],
        ["refusal"] = ["type", "refusal"],
    };

    private static readonly HashSet<string> FunctionFields =
        ["type", "name", "description", "parameters", "strict", "defer_loading", "output_schema", "async", "allowed_callers"];

    private static readonly Dictionary<string, string> IdPrefixes = new(StringComparer.Ordinal)
    {
        ["message"] = "msg",
        ["function_call"] = "fc",
        ["custom_tool_call"] = "ctc",
        ["reasoning"] = "rs",
    };

    /// <summary>True for a legal name of a tool.</summary>
    public static bool IsName(string name) => JsonRead.IsWord(name, LongestName);

    /// <summary>The request's own fields.</summary>
    public static void CheckFields(JsonElement body)
    {
        RefuseUnknown(body, Fields, "");
        if (body.Get("max_output_tokens") is { ValueKind: JsonValueKind.Number } most && most.GetDouble() < LeastOutputTokens)
        {
            throw new RefusedException($"Invalid 'max_output_tokens': integer below minimum value. Expected a value >= {LeastOutputTokens}, but got {most} instead.", "integer_below_min_value");
        }

        var format = body.Get("text").Get("format");
        if (format.GetText("type") == "json_schema" && (format.GetText("name") is null || format.Get("schema").ValueKind != JsonValueKind.Object))
        {
            throw new RefusedException("Missing required parameter: 'text.format.name' or 'text.format.schema'.", "missing_required_parameter");
        }
    }

    /// <summary>One input item.</summary>
    public static void CheckItem(JsonElement item, string type, int index)
    {
        var place = $"input[{index}]";
        if (ItemFields.TryGetValue(type, out var known))
        {
            RefuseUnknown(item, known, place + ".");
        }

        if (IdPrefixes.TryGetValue(type, out var prefix) && item.GetText("id") is { } id && !id.StartsWith(prefix, StringComparison.Ordinal))
        {
            throw new RefusedException($"Invalid '{place}.id': '{id}'. Expected an ID that begins with '{prefix}'.");
        }

        if (item.GetText("call_id") is { } call && call.Length is 0 or > LongestCallId)
        {
            throw new RefusedException($"Invalid '{place}.call_id': string too long. Expected a string with maximum length {LongestCallId}, but got a string with length {call.Length} instead.", "string_above_max_length");
        }

        switch (type)
        {
            case "message":
                CheckMessage(item, place);
                break;
            case "reasoning":
                CheckReasoning(item, place);
                break;
            case "function_call" or "custom_tool_call":
                CheckCall(item, place, type == "function_call" ? "arguments" : "input");
                break;
            case "function_call_output" or "custom_tool_call_output" when item.Get("output").ValueKind == JsonValueKind.Array:
                CheckParts(item.Get("output"), place + ".output", "input_text", "input_image", "input_file");
                break;
            case "function_call_output" or "custom_tool_call_output" when item.Get("output").ValueKind != JsonValueKind.String:
                throw new RefusedException($"Invalid type for '{place}.output': expected a string or an array of parts.", "invalid_type");
        }
    }

    /// <summary>A function of the request.</summary>
    public static void CheckFunction(JsonElement tool, string name)
    {
        RefuseUnknown(tool, FunctionFields, $"tools['{name}'].");
        var schema = tool.Get("parameters");
        if (schema.ValueKind == JsonValueKind.Undefined)
        {
            return;
        }

        if (schema.ValueKind != JsonValueKind.Object || schema.GetText("type") != "object")
        {
            throw new RefusedException($"Invalid schema for function '{name}': schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{schema.GetText("type") ?? "None"}\"'.", "invalid_function_parameters");
        }

        if (tool.IsTrue("strict"))
        {
            CheckStrict(schema, name, "()");
        }
    }

    private static void CheckMessage(JsonElement item, string place)
    {
        var isAssistant = item.GetText("role") == "assistant";
        if (item.GetText("role") is not ("user" or "assistant" or "system" or "developer"))
        {
            throw new RefusedException($"Invalid value: '{item.GetText("role")}'. Supported values are: 'assistant', 'system', 'developer', and 'user'. ({place}.role)");
        }

        switch (item.Get("content"))
        {
            case { ValueKind: JsonValueKind.String }:
                break;
            case { ValueKind: JsonValueKind.Array } parts when isAssistant:
                CheckParts(parts, place + ".content", "output_text", "refusal");
                break;
            case { ValueKind: JsonValueKind.Array } parts:
                CheckParts(parts, place + ".content", "input_text", "input_image", "input_file");
                break;
            default:
                throw new RefusedException($"Invalid type for '{place}.content': expected a string or an array of parts.", "invalid_type");
        }
    }

    private static void CheckParts(JsonElement parts, string place, params string[] types)
    {
        var index = 0;
        foreach (var part in parts.EnumerateArray())
        {
            var at = $"{place}[{index++}]";
            var type = part.GetText("type");
            if (type is null || !types.Contains(type))
            {
                throw new RefusedException($"Invalid value: '{type}'. Supported values are: {string.Join(", ", types.Select(t => $"'{t}'"))}. ({at})");
            }

            RefuseUnknown(part, PartFields[type], at + ".");
            var isWhole = type switch
            {
                "input_text" or "output_text" => part.GetText("text") is not null,
                "refusal" => part.GetText("refusal") is not null,
                "input_image" => part.GetText("image_url") is not null || part.GetText("file_id") is not null,
                _ => part.GetText("file_data") is not null || part.GetText("file_url") is not null || part.GetText("file_id") is not null,
            };
            if (!isWhole)
            {
                throw new RefusedException($"Missing required parameter: the content of '{at}'.", "missing_required_parameter");
            }
        }
    }

    private static void CheckReasoning(JsonElement item, string place)
    {
        if (item.Get("summary").ValueKind != JsonValueKind.Array)
        {
            throw new RefusedException($"Missing required parameter: '{place}.summary'.", "missing_required_parameter");
        }

        if (item.GetText("encrypted_content") is { } data)
        {
            var sealedId = Signature.Open(data);
            if (sealedId is null || item.GetText("id") is { } id && id != sealedId)
            {
                throw new RefusedException($"The encrypted content for item {item.GetText("id")} could not be verified. Reason: Encrypted content could not be decrypted or parsed.", "invalid_encrypted_content");
            }
        }
        else if (item.GetText("id") is { } lost)
        {
            throw new RefusedException($"Item with id '{lost}' not found. Items are not persisted when `store` is set to false.");
        }
    }

    private static void CheckCall(JsonElement item, string place, string input)
    {
        if (item.GetText("call_id") is null || item.Get(input).ValueKind != JsonValueKind.String)
        {
            throw new RefusedException($"Missing required parameter: '{place}.call_id' or '{place}.{input}', strings.", "missing_required_parameter");
        }

        if (item.GetText("name") is not { } name || !IsName(name))
        {
            throw new RefusedException($"Invalid '{place}.name': string does not match the pattern '^[a-zA-Z0-9_-]+$' or is longer than 64 characters.");
        }
    }

    // "strict" functions: every object closed, every property required.
    private static void CheckStrict(JsonElement schema, string name, string context)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (schema.Get("properties") is { ValueKind: JsonValueKind.Object } properties)
        {
            if (schema.Get("additionalProperties").ValueKind != JsonValueKind.False)
            {
                throw new RefusedException($"Invalid schema for function '{name}': In context={context}, 'additionalProperties' is required to be supplied and to be false.", "invalid_function_parameters");
            }

            var required = SampleInput.Required(schema).ToHashSet();
            foreach (var property in properties.EnumerateObject())
            {
                if (!required.Contains(property.Name))
                {
                    throw new RefusedException($"Invalid schema for function '{name}': In context={context}, 'required' is required to be supplied and to be an array including every key in properties. Missing '{property.Name}'.", "invalid_function_parameters");
                }

                CheckStrict(property.Value, name, $"('properties', '{property.Name}')");
            }
        }

        CheckStrict(schema.Get("items"), name, "('items')");
    }

    private static void RefuseUnknown(JsonElement element, HashSet<string> known, string place)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                throw new RefusedException($"Unknown parameter: '{place}{property.Name}'.", "unknown_parameter");
            }
        }
    }
}
