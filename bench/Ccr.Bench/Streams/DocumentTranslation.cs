using System.Text;
using System.Text.Json.Nodes;

namespace Ccr.Bench.Streams;

/// <summary>The translation of a Messages request to Chat Completions as it is usually written: parse a document, build another, write it. Only what a coding agent's request needs.</summary>
internal static class DocumentTranslation
{
    /// <summary>The Chat body for a Messages body.</summary>
    public static byte[] Translate(byte[] body, string model)
    {
        var request = JsonNode.Parse(body)!.AsObject();
        var messages = new JsonArray();
        if (request["system"] is JsonArray system)
        {
            messages.Add(new JsonObject { ["role"] = "system", ["content"] = string.Join("\n\n", system.Select(static b => (string)b!["text"]!)) });
        }

        foreach (var message in request["messages"]!.AsArray())
        {
            Add(messages, message!.AsObject());
        }

        var chat = new JsonObject { ["model"] = model, ["messages"] = messages, ["max_tokens"] = request["max_tokens"]?.DeepClone(), ["stream"] = request["stream"]?.DeepClone() };
        if (request["tools"] is JsonArray { Count: > 0 } tools)
        {
            chat["tools"] = new JsonArray([.. tools.Select(static t => (JsonNode)new JsonObject
            {
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = t!["name"]!.DeepClone(), ["description"] = t["description"]?.DeepClone(), ["parameters"] = t["input_schema"]?.DeepClone() },
            })]);
        }

        return Encoding.UTF8.GetBytes(chat.ToJsonString());
    }

    private static void Add(JsonArray messages, JsonObject message)
    {
        var role = (string)message["role"]!;
        if (message["content"] is not JsonArray content)
        {
            messages.Add(new JsonObject { ["role"] = role, ["content"] = message["content"]!.DeepClone() });
            return;
        }

        var text = string.Concat(content.Where(static b => (string)b!["type"]! == "text").Select(static b => (string)b!["text"]!));
        if (role == "assistant")
        {
            var calls = content.Where(static b => (string)b!["type"]! == "tool_use").Select(static b => (JsonNode)new JsonObject
            {
                ["id"] = b!["id"]!.DeepClone(),
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = b["name"]!.DeepClone(), ["arguments"] = b["input"]!.ToJsonString() },
            }).ToArray();
            var assistant = new JsonObject { ["role"] = "assistant", ["content"] = text.Length > 0 ? text : null };
            if (calls.Length > 0)
            {
                assistant["tool_calls"] = new JsonArray(calls);
            }

            messages.Add(assistant);
            return;
        }

        foreach (var result in content.Where(static b => (string)b!["type"]! == "tool_result"))
        {
            var inner = result!["content"];
            messages.Add(new JsonObject
            {
                ["role"] = "tool",
                ["tool_call_id"] = result["tool_use_id"]!.DeepClone(),
                ["content"] = inner is JsonArray parts ? string.Join('\n', parts.Select(static p => (string?)p!["text"])) : inner?.DeepClone(),
            });
        }

        if (text.Length > 0)
        {
            messages.Add(new JsonObject { ["role"] = "user", ["content"] = text });
        }
    }
}
