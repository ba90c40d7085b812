using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace Ccr.Tests.Simulator;

/// <summary>Folds a Messages stream into the message that it stands for, and fails on every step outside the grammar.</summary>
internal static class AnthropicFold
{
    public static JsonObject Fold(IEnumerable<SseItem<string>> events)
    {
        JsonObject? message = null;
        JsonObject? open = null;
        var arguments = "";
        var stopped = false;
        foreach (var item in events)
        {
            var data = JsonNode.Parse(item.Data)!.AsObject();
            var type = (string)data["type"]!;
            Assert.Equal(type, item.EventType);
            Assert.False(stopped, $"{type} after message_stop");
            if (type is "message_start")
            {
                Assert.Null(message);
                message = data["message"]!.DeepClone().AsObject();
                Assert.Empty(message["content"]!.AsArray());
                Assert.Null(message["stop_reason"]);
                continue;
            }

            Assert.NotNull(message);
            var content = message["content"]!.AsArray();
            switch (type)
            {
                case "ping":
                    break;
                case "content_block_start":
                    Assert.Null(open);
                    Assert.Equal(content.Count, (int)data["index"]!);
                    open = data["content_block"]!.DeepClone().AsObject();
                    arguments = "";
                    content.Add(open);
                    break;
                case "content_block_delta":
                    Assert.NotNull(open);
                    Assert.Equal(content.Count - 1, (int)data["index"]!);
                    arguments += Apply(open, data["delta"]!.AsObject());
                    break;
                case "content_block_stop":
                    Assert.NotNull(open);
                    Assert.Equal(content.Count - 1, (int)data["index"]!);
                    if (open.ContainsKey("input"))
                    {
                        open["input"] = JsonNode.Parse(arguments.Length == 0 ? "{}" : arguments);
                    }

                    open = null;
                    break;
                case "message_delta":
                    Assert.Null(open);
                    message["stop_reason"] = data["delta"]!["stop_reason"]!.DeepClone();
                    message["usage"] = data["usage"]!.DeepClone();
                    break;
                case "message_stop":
                    Assert.NotNull(message["stop_reason"]);
                    stopped = true;
                    break;
                default:
                    Assert.Fail($"unexpected event {type}");
                    break;
            }
        }

        Assert.True(stopped, "no message_stop");
        return message!;
    }

    private static string Apply(JsonObject block, JsonObject delta)
    {
        var (blockType, deltaType) = ((string)block["type"]!, (string)delta["type"]!);
        switch (deltaType)
        {
            case "text_delta":
                Assert.Equal("text", blockType);
                block["text"] = (string)block["text"]! + (string)delta["text"]!;
                return "";
            case "thinking_delta":
                Assert.Equal("thinking", blockType);
                block["thinking"] = (string)block["thinking"]! + (string)delta["thinking"]!;
                return "";
            case "signature_delta":
                Assert.Equal("thinking", blockType);
                block["signature"] = (string)delta["signature"]!;
                return "";
            default:
                Assert.Equal("input_json_delta", deltaType);
                Assert.Equal("tool_use", blockType);
                return (string)delta["partial_json"]!;
        }
    }
}
