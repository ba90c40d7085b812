using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace Ccr.Tests.Simulator;

/// <summary>Folds a Responses stream into its output items, from the deltas alone, and fails on every step outside the grammar.</summary>
internal static class ResponsesFold
{
    /// <summary>The response of the last event; its output was compared with what the events before it built.</summary>
    public static JsonNode Fold(IReadOnlyList<SseItem<string>> events)
    {
        var output = new List<JsonNode>();
        JsonNode? open = null;
        var text = "";
        for (var i = 0; i < events.Count; i++)
        {
            var data = JsonNode.Parse(events[i].Data)!;
            var type = (string)data["type"]!;
            Assert.Equal(type, events[i].EventType);
            Assert.Equal(i, (int)data["sequence_number"]!);
            switch (type)
            {
                case "response.created" or "response.in_progress":
                    Assert.Equal(type == "response.created" ? 0 : 1, i);
                    Assert.Equal("in_progress", (string)data["response"]!["status"]!);
                    break;
                case "response.output_item.added":
                    Assert.Null(open);
                    Assert.Equal(output.Count, (int)data["output_index"]!);
                    open = data["item"]!;
                    text = "";
                    break;
                case "response.content_part.added" or "response.reasoning_summary_part.added":
                    Assert.Equal("", (string)data["part"]!["text"]!);
                    break;
                case "response.output_item.done":
                    Assert.Equal((string)open!["id"]!, (string)data["item"]!["id"]!);
                    Assert.Equal(text, Content(data["item"]!));
                    output.Add(data["item"]!);
                    open = null;
                    break;
                case "response.completed" or "response.incomplete":
                    Assert.Null(open);
                    Assert.Equal(events.Count - 1, i);
                    Assert.Equal((string)JsonNode.Parse(events[0].Data)!["response"]!["id"]!, (string)data["response"]!["id"]!);
                    Assert.Equal(type[9..], (string)data["response"]!["status"]!);
                    Assert.Equal(output.Select(o => o.ToJsonString()), data["response"]!["output"]!.AsArray().Select(o => o!.ToJsonString()));
                    return data["response"]!;
                case not null when type.EndsWith(".delta", StringComparison.Ordinal):
                    Assert.Equal((string)open!["id"]!, (string)data["item_id"]!);
                    text += (string)data["delta"]!;
                    break;
                case not null when type.EndsWith(".done", StringComparison.Ordinal):
                    Assert.Equal((string)open!["id"]!, (string)data["item_id"]!);
                    Assert.Equal(text, (string)(data["text"] ?? data["arguments"] ?? data["input"] ?? data["part"]!["text"])!);
                    break;
                default:
                    Assert.Fail($"unknown event {type}");
                    break;
            }
        }

        Assert.Fail("no end");
        return null!;
    }

    private static string Content(JsonNode item) => (string)((string)item["type"]! switch
    {
        "message" => item["content"]![0]!["text"],
        "reasoning" => item["summary"]![0]!["text"],
        "custom_tool_call" => item["input"],
        _ => item["arguments"],
    })!;
}
