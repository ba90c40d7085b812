using System.Text;
using System.Text.Json.Nodes;

namespace Ccr.Protocols.Repair;

/// <summary>
/// The place of a field as servers name it: <c>messages.0.content.1.cache_control</c>, <c>tools[0].custom.strict</c>, <c>generation_config.top_k</c>. Numbers
/// stand for every item of the list, because servers name the first fault only; words that are no member are the names of union types and are passed over.
/// </summary>
internal static class BodyPath
{
    // Without these a request means something else, or nothing.
    private static readonly HashSet<string> Kept =
    [
        "model", "messages", "input", "contents", "role", "content", "parts", "type", "text", "name", "id", "call_id", "tool_call_id", "tool_use_id", "input_schema",
        "parameters", "function", "functionDeclarations", "function_declarations", "functionCall", "functionResponse", "arguments", "args", "output", "source", "tools", "system",
        "instructions", "systemInstruction", "system_instruction", "image_url", "tool_calls", "stream", "generationConfig", "generation_config",
    ];

    /// <summary>The parts of a path.</summary>
    public static string[] Parse(string path)
    {
        var parts = path.Split(['.', '[', ']', '\'', '"', '`', '/', '$'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return parts is ["body", ..] ? parts[1..] : parts;
    }

    /// <summary>Whether the last part may be left out at all.</summary>
    public static bool MayRemove(string[] path) => path.Length > 0 && !Kept.Contains(path[^1]) && !IsNumber(path[^1]);

    /// <summary>Takes the field out wherever the path leads.</summary>
    public static void Remove(JsonNode? node, ReadOnlySpan<string> path)
    {
        switch (node)
        {
            case JsonArray list:
                foreach (var item in list)
                {
                    Remove(item, IsNumber(path[0]) && path.Length > 1 ? path[1..] : path);
                }

                break;
            // A member that is no container is the content of the union type of the same name: { "type": "text", "text": "…", "cache_control": … }.
            case JsonObject element when Member(element, path[0]) is { } name && (path.Length == 1 || element[name] is JsonObject or JsonArray):
                if (path.Length == 1)
                {
                    element.Remove(name);
                }
                else
                {
                    var inner = element[name] as JsonObject;
                    var count = inner?.Count;
                    Remove(element[name], path[1..]);
                    if (inner is { Count: 0 } && count > 0)
                    {
                        // An object that held this field only says nothing any more, and some servers want it filled.
                        element.Remove(name);
                    }
                }

                break;
            case JsonObject when path.Length > 1:
                Remove(node, path[1..]);
                break;
        }
    }

    /// <summary>The member of that name in either of Google's spellings; null when there is none.</summary>
    private static string? Member(JsonObject element, string name) =>
        element.ContainsKey(name) ? name : Camel(name) is var camel && element.ContainsKey(camel) ? camel : null;

    private static string Camel(string name)
    {
        var text = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            text.Append(name[i] == '_' && text.Length > 0 && i + 1 < name.Length ? char.ToUpperInvariant(name[++i]) : name[i]);
        }

        return text.ToString();
    }

    private static bool IsNumber(string part) => part.Length > 0 && part.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0;
}
