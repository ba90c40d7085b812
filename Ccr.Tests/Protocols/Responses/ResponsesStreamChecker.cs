using System.Text;
using System.Text.Json;
using Ccr.Protocols.Sse;

namespace Ccr.Tests.Protocols.Responses;

/// <summary>
/// Reads a Responses stream as strictly as OpenAI's SDK: one response id, sequence numbers from 0 without gaps, items added before they are filled
/// and done or in the final output, output indexes used once, closing events that repeat what the deltas said, nothing after the last event.
/// </summary>
internal sealed class ResponsesStreamChecker : ISseHandler
{
    private readonly Dictionary<long, Item> _items = [];
    private string? _id;
    private long _sequence;

    /// <summary>The final response; null when the stream did not end.</summary>
    public JsonElement? Final { get; private set; }

    public List<string> Events { get; } = [];

    public List<JsonElement> Data { get; } = [];

    public static ResponsesStreamChecker Check(ReadOnlySpan<byte> stream)
    {
        var checker = new ResponsesStreamChecker();
        using var sse = new SseDecoder();
        sse.Feed(stream, checker);
        Assert.False(sse.HasPartialEvent, "half an event at the end");
        return checker;
    }

    public void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        var e = JsonDocument.Parse(data.ToArray()).RootElement;
        var type = e.GetProperty("type").GetString()!;
        Events.Add(type);
        Data.Add(e);
        Assert.Equal(type, Encoding.UTF8.GetString(name));
        Assert.Null(Final);
        Assert.Equal(_sequence++, e.GetProperty("sequence_number").GetInt64());
        if (Events.Count == 1)
        {
            Assert.Equal("response.created", type);
        }

        if (e.TryGetProperty("response", out var response))
        {
            OnResponse(type, response);
            return;
        }

        var index = e.GetProperty("output_index").GetInt64();
        if (type == "response.output_item.added")
        {
            Assert.DoesNotContain(_items.Values, i => !i.IsDone);
            Assert.True(_items.TryAdd(index, new() { Id = e.GetProperty("item").GetProperty("id").GetString()! }), "an output_index twice");
            Assert.NotEmpty(_items[index].Id);
            return;
        }

        Assert.True(_items.TryGetValue(index, out var item), $"{type} before its item was added");
        Assert.False(item.IsDone, $"{type} after its item was done");
        if (type == "response.output_item.done")
        {
            var done = e.GetProperty("item");
            Assert.Equal(item.Id, done.GetProperty("id").GetString());
            Assert.True(item.PartOpen == 0, "a part was never done");
            item.IsDone = true;
            item.Whole = done.GetRawText();
            return;
        }

        Assert.Equal(item.Id, e.GetProperty("item_id").GetString());
        switch (type)
        {
            case "response.content_part.added" or "response.reasoning_summary_part.added":
                item.PartOpen++;
                item.Text.Clear();
                break;
            case "response.content_part.done" or "response.reasoning_summary_part.done":
                Assert.Equal(item.Text.ToString(), e.GetProperty("part").GetProperty("text").GetString());
                item.PartOpen--;
                break;
            case "response.output_text.delta" or "response.reasoning_summary_text.delta":
                Assert.Equal(1, item.PartOpen);
                item.Text.Append(e.GetProperty("delta").GetString());
                break;
            case "response.function_call_arguments.delta" or "response.custom_tool_call_input.delta":
                item.Text.Append(e.GetProperty("delta").GetString());
                break;
            case "response.output_text.done" or "response.reasoning_summary_text.done":
                Assert.Equal(item.Text.ToString(), e.GetProperty("text").GetString());
                break;
            case "response.function_call_arguments.done":
                Assert.Equal(item.Text.ToString(), e.GetProperty("arguments").GetString());
                break;
            case "response.custom_tool_call_input.done":
                Assert.Equal(item.Text.ToString(), e.GetProperty("input").GetString());
                break;
            case "response.output_text.annotation.added" or "response.web_search_call.in_progress" or "response.web_search_call.searching" or "response.web_search_call.completed":
                break;
            default:
                Assert.Fail("unknown event " + type);
                break;
        }
    }

    private void OnResponse(string type, JsonElement response)
    {
        _id ??= response.GetProperty("id").GetString();
        Assert.Equal(_id, response.GetProperty("id").GetString());
        foreach (var required in (string[])["created_at", "model", "object", "output", "parallel_tool_calls", "tool_choice", "tools", "instructions", "metadata", "temperature", "top_p", "error", "incomplete_details", "status"])
        {
            Assert.True(response.TryGetProperty(required, out _), required + " is missing");
        }

        if (type is "response.created" or "response.in_progress")
        {
            return;
        }

        Final = response;
        if (type == "response.failed")
        {
            Assert.Equal(JsonValueKind.String, response.GetProperty("error").GetProperty("code").ValueKind);
            return;
        }

        var usage = response.GetProperty("usage");
        usage.GetProperty("input_tokens_details").GetProperty("cached_tokens").GetInt64();
        usage.GetProperty("output_tokens_details").GetProperty("reasoning_tokens").GetInt64();
        var output = response.GetProperty("output").EnumerateArray().ToList();
        Assert.Equal(_items.Count, output.Count);
        for (var i = 0; i < output.Count; i++)
        {
            Assert.Equal(_items[i].Id, output[i].GetProperty("id").GetString());
            if (_items[i].IsDone)
            {
                Assert.Equal(_items[i].Whole, output[i].GetRawText());
            }
            else
            {
                Assert.Equal("response.incomplete", type);
                Assert.Equal("incomplete", output[i].GetProperty("status").GetString());
            }
        }
    }

    private sealed class Item
    {
        public required string Id { get; init; }

        public StringBuilder Text { get; } = new();

        public int PartOpen { get; set; }

        public bool IsDone { get; set; }


        public string? Whole { get; set; }
    }
}
