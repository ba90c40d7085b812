using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace Ccr.Tests.Simulator;

/// <summary>Folds a Chat stream into the completion that it stands for, and fails on every step outside the grammar.</summary>
internal static class ChatFold
{
    public static JsonObject Fold(IReadOnlyList<SseItem<string>> events)
    {
        Assert.Equal("[DONE]", events[^1].Data);
        Assert.All(events, e => Assert.Equal("message", e.EventType)); // The parser's word for "no event line".
        var message = new JsonObject();
        JsonObject? whole = null;
        foreach (var item in events.SkipLast(1))
        {
            var chunk = JsonNode.Parse(item.Data)!.AsObject();
            Assert.Equal("chat.completion.chunk", (string?)chunk["object"]);
            whole ??= new JsonObject { ["id"] = chunk["id"]!.DeepClone(), ["model"] = chunk["model"]!.DeepClone() };
            Assert.Equal((string?)whole["id"], (string?)chunk["id"]);
            Assert.False(whole.ContainsKey("usage"), "a chunk after the usage");
            if (chunk["usage"] is { } usage)
            {
                Assert.Empty(chunk["choices"]!.AsArray());
                Assert.True(whole.ContainsKey("finish_reason"));
                whole["usage"] = usage.DeepClone();
                continue;
            }

            var choice = Assert.Single(chunk["choices"]!.AsArray())!;
            Assert.False(whole.ContainsKey("finish_reason"), "a delta after the finish");
            Apply(message, choice["delta"]!.AsObject());
            if (choice["finish_reason"] is { } reason)
            {
                Assert.Empty(choice["delta"]!.AsObject());
                whole["finish_reason"] = reason.DeepClone();
            }
        }

        Assert.NotNull(whole?["finish_reason"]);
        whole["message"] = message;
        return whole;
    }

    private static void Apply(JsonObject message, JsonObject delta)
    {
        if (message.Count == 0)
        {
            Assert.Equal("assistant", (string?)delta["role"]);
            message["role"] = "assistant";
        }

        foreach (var name in (string[])["content", "reasoning_content"])
        {
            if (delta[name] is { } text)
            {
                message[name] = (string?)message[name] + (string)text!;
            }
        }

        foreach (var call in delta["tool_calls"]?.AsArray() ?? [])
        {
            var calls = message["tool_calls"]?.AsArray();
            if (calls is null)
            {
                message["tool_calls"] = calls = [];
            }

            var index = (int)call!["index"]!;
            if (index == calls.Count)
            {
                Assert.NotNull(call["id"]);
                Assert.Equal("function", (string?)call["type"]);
                Assert.NotNull(call["function"]!["name"]);
                var begun = call.DeepClone().AsObject();
                begun.Remove("index");
                calls.Add(begun);
                continue;
            }

            Assert.Equal(calls.Count - 1, index);
            Assert.Null(call["id"]);
            var function = calls[index]!["function"]!;
            function["arguments"] = (string?)function["arguments"] + (string)call["function"]!["arguments"]!;
        }
    }
}
