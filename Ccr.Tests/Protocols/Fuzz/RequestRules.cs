using System.Text.Json;
using Ccr.Protocols.Canonical;

namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>What providers enforce with a 400, whatever a client's history looked like: ids, calls and their results, turns, lists that may not be empty.</summary>
internal static class RequestRules
{
    // Others are a client's own, which go back as they came.
    private static readonly HashSet<string> Written =
    [
        "model", "tools", "stream", "temperature", "top_p",
    ];

    /// <summary>What is wrong with a body; null when nothing is.</summary>
    public static string? Broken(Dialect dialect, JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            return "no object";
        }

        var names = new HashSet<string>();
        foreach (var field in body.EnumerateObject())
        {
            if (!names.Add(field.Name) && Written.Contains(field.Name))
            {
                return "a field twice";
            }
        }

        if (body.TryGetProperty("tools", out var tools) && (tools.ValueKind != JsonValueKind.Array || tools.GetArrayLength() == 0))
        {
            return "an empty list of tools";
        }

        return dialect switch
        {
            Dialect.Anthropic => Anthropic(body.GetProperty("messages")),
            Dialect.OpenAIChat => Chat(body.GetProperty("messages")),
            Dialect.OpenAIResponses => Responses(body.GetProperty("input")),
            _ => Gemini(body.GetProperty("contents")),
        };
    }

    private static string? Anthropic(JsonElement messages)
    {
        var ids = new HashSet<string>();
        var calls = new HashSet<string>();
        var before = "";
        foreach (var message in messages.EnumerateArray())
        {
            var role = message.GetProperty("role").GetString()!;
            if (role == "system")
            {
                before = "";
                continue;
            }

            if (role == before)
            {
                return "roles do not alternate";
            }

            before = role;
            var content = message.GetProperty("content");
            if (content.ValueKind == JsonValueKind.String)
            {
                if (calls.Count > 0)
                {
                    return "a call without its result";
                }

                continue;
            }

            if (content.GetArrayLength() == 0)
            {
                return "an empty message";
            }

            var next = new HashSet<string>();
            foreach (var block in content.EnumerateArray())
            {
                switch (Type(block))
                {
                    case "tool_result" when role != "user" || !calls.Remove(Text(block, "tool_use_id")):
                        return "a result without its call";
                    case "tool_use" when !ids.Add(Text(block, "id")):
                        return "an id twice";
                    case "tool_use" when !ToolIds.IsPortable(System.Text.Encoding.UTF8.GetBytes(Text(block, "id"))):
                        return "an id that is not legal";
                    case "tool_use" when block.GetProperty("input").ValueKind != JsonValueKind.Object:
                        return "arguments that are no object";
                    case "tool_use":
                        next.Add(Text(block, "id"));
                        break;
                    case "text" when string.IsNullOrWhiteSpace(Loose(block, "text")):
                        return "a blank text";
                }
            }

            if (calls.Count > 0)
            {
                return "a call without its result";
            }

            calls = next;
        }

        return calls.Count > 0 ? "a call without its result" : null;
    }

    private static string? Chat(JsonElement messages)
    {
        var calls = new HashSet<string>();
        foreach (var message in messages.EnumerateArray())
        {
            var role = message.GetProperty("role").GetString()!;
            if (role == "tool")
            {
                if (!calls.Remove(Text(message, "tool_call_id")))
                {
                    return "a result without its call";
                }

                continue;
            }

            if (calls.Count > 0)
            {
                return "a call without its result";
            }

            if (role == "assistant" && message.TryGetProperty("tool_calls", out var list))
            {
                if (list.GetArrayLength() == 0)
                {
                    return "an empty list of calls";
                }

                foreach (var call in list.EnumerateArray())
                {
                    var id = Text(call, "id");
                    if (!ToolIds.IsPortable(System.Text.Encoding.UTF8.GetBytes(id)))
                    {
                        return "an id that is not legal";
                    }

                    if (!calls.Add(id))
                    {
                        return "an id twice";
                    }
                }
            }
        }

        return calls.Count > 0 ? "a call without its result" : null;
    }

    private static string? Responses(JsonElement input)
    {
        if (input.ValueKind == JsonValueKind.String)
        {
            return null;
        }

        var calls = new HashSet<string>();
        foreach (var item in input.EnumerateArray())
        {
            switch (Type(item))
            {
                case "function_call" or "custom_tool_call" when !calls.Add(Text(item, "call_id")):
                    return "an id twice";
                case "function_call" or "custom_tool_call" when Text(item, "call_id").Length is 0 or > 64:
                    return "an id that is not legal";
                case "function_call_output" or "custom_tool_call_output" when !calls.Remove(Text(item, "call_id")):
                    return "a result without its call";
            }
        }

        return calls.Count > 0 ? "a call without its result" : null;
    }

    private static string? Gemini(JsonElement contents)
    {
        var before = "";
        var open = 0;
        foreach (var content in contents.EnumerateArray())
        {
            var role = content.GetProperty("role").GetString()!;
            if (role == before)
            {
                return "roles do not alternate";
            }

            before = role;
            var parts = content.GetProperty("parts").EnumerateArray().ToList();
            if (parts.Count == 0)
            {
                return "no parts";
            }

            var calls = parts.Count(p => p.TryGetProperty("functionCall", out var call) && call.ValueKind == JsonValueKind.Object);
            var results = parts.Count(p => p.TryGetProperty("functionResponse", out var response) && response.ValueKind == JsonValueKind.Object);
            if (results != open || (calls > 0 && role != "model"))
            {
                return "calls and responses do not fit";
            }

            open = calls;
        }

        return open > 0 ? "a call without its response" : null;
    }

    private static string Type(JsonElement element) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? Raw(type) : "";

    private static string Text(JsonElement element, string name) => Raw(element.GetProperty(name));

    private static string Loose(JsonElement element, string name) => Raw(element.GetProperty(name)) is var raw && raw.Contains('\\', StringComparison.Ordinal) ? raw.Replace("\\n", "", StringComparison.Ordinal).Replace("\\r", "", StringComparison.Ordinal).Replace("\\t", "", StringComparison.Ordinal) : raw;

    /// <summary>As spelt, because a half of a surrogate pair has no string.</summary>
    private static string Raw(JsonElement text) => text.GetRawText()[1..^1];
}
