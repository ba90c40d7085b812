using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ccr.Bench.Load;

/// <summary>Bodies of requests: a coding agent's, made to size, in the dialect of the path; or a file's.</summary>
internal static class LoadBody
{
    private const int ResultBytes = 6000;

    private static readonly string[] Words =
        ["read", "write", "stream", "token", "provider", "error", "retry", "file", "line", "value", "await", "buffer", "parse", "route", "index", "commit", "branch", "test"];

    /// <summary>A conversation with tools and tool results of about that many KiB; the same for the same arguments.</summary>
    public static byte[] Generate(int kib, string model, bool chat)
    {
        var random = new Random(7);
        var target = kib * 1024;
        var body = Head(random, target, model, chat);
        var messages = body["messages"]!.AsArray();
        messages.Add(new JsonObject { ["role"] = "user", ["content"] = "Find out why the build fails. " + Prose(random, 200) });
        var size = Size(body);
        for (var i = 0; size < target; i++)
        {
            var before = messages.Count;
            AddRound(messages, random, i, Math.Clamp(target - size - 400, 100, ResultBytes), chat);
            size += messages.Skip(before).Sum(m => Encoding.UTF8.GetByteCount(m!.ToJsonString()) + 1);
        }

        return Encoding.UTF8.GetBytes(body.ToJsonString());
    }

    /// <summary>The same body with another model.</summary>
    public static byte[] WithModel(ReadOnlyMemory<byte> body, string model)
    {
        var root = JsonNode.Parse(body.Span)?.AsObject() ?? throw new JsonException("The body is null.");
        root["model"] = model;
        var output = new ArrayBufferWriter<byte>(body.Length + 64);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            root.WriteTo(json);
        }

        return output.WrittenSpan.ToArray();
    }

    private static JsonObject Head(Random random, int target, string model, bool chat)
    {
        var system = "You are a coding agent. " + Prose(random, target / 8);
        var tools = new JsonArray();
        for (var i = 0; i < 10; i++)
        {
            var schema = JsonNode.Parse("""{"type":"object","additionalProperties":false,"required":["path"],"properties":{"path":{"type":"string","description":"Where"},"limit":{"type":"number"}}}""");
            var (name, description) = ($"Tool{i}", Prose(random, target / 80));
            tools.Add(chat
                ? new JsonObject { ["type"] = "function", ["function"] = new JsonObject { ["name"] = name, ["description"] = description, ["parameters"] = schema } }
                : new JsonObject { ["name"] = name, ["description"] = description, ["input_schema"] = schema });
        }

        var body = new JsonObject { ["model"] = model, ["max_tokens"] = 32000, ["stream"] = true };
        if (chat)
        {
            body["stream_options"] = new JsonObject { ["include_usage"] = true };
            body["messages"] = new JsonArray(new JsonObject { ["role"] = "system", ["content"] = system });
        }
        else
        {
            body["system"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = system, ["cache_control"] = new JsonObject { ["type"] = "ephemeral" } });
            body["messages"] = new JsonArray();
        }

        body["tools"] = tools;
        return body;
    }

    private static void AddRound(JsonArray messages, Random random, int number, int bytes, bool chat)
    {
        var (id, tool, text, result) = (string.Create(CultureInfo.InvariantCulture, $"call_{number:D8}"), $"Tool{number % 10}", Prose(random, 100), Code(random, bytes));
        var input = new JsonObject { ["path"] = $"src/File{number}.cs", ["limit"] = number };
        if (chat)
        {
            messages.Add(new JsonObject
            {
                ["role"] = "assistant",
                ["content"] = text,
                ["tool_calls"] = new JsonArray(new JsonObject { ["id"] = id, ["type"] = "function", ["function"] = new JsonObject { ["name"] = tool, ["arguments"] = input.ToJsonString() } }),
            });
            messages.Add(new JsonObject { ["role"] = "tool", ["tool_call_id"] = id, ["content"] = result });
            return;
        }

        messages.Add(new JsonObject
        {
            ["role"] = "assistant",
            ["content"] = new JsonArray(
                new JsonObject { ["type"] = "text", ["text"] = text },
                new JsonObject { ["type"] = "tool_use", ["id"] = id, ["name"] = tool, ["input"] = input }),
        });
        messages.Add(new JsonObject
        {
            ["role"] = "user",
            ["content"] = new JsonArray(new JsonObject { ["type"] = "tool_result", ["tool_use_id"] = id, ["content"] = result }),
        });
    }

    private static string Prose(Random random, int length)
    {
        var text = new StringBuilder(length + 16);
        while (text.Length < length)
        {
            text.Append(random.GetItems(Words, 1)[0]).Append(' ');
        }

        return text.ToString();
    }

    private static string Code(Random random, int length)
    {
        var text = new StringBuilder(length + 80);
        while (text.Length < length)
        {
            text.Append(' ', random.Next(1, 5) * 4).Append("var ").Append(random.GetItems(Words, 1)[0]).Append(random.Next(1000)).Append(" = Call(\"")
                .Append(random.GetItems(Words, 1)[0]).Append("\"); // ").Append(Prose(random, 20)).Append('\n');
        }

        return text.ToString();
    }

    private static int Size(JsonNode node) => Encoding.UTF8.GetByteCount(node.ToJsonString());
}
