using System.Text;
using System.Text.Json;

namespace Ccr.Bench.Wire;

/// <summary>
/// OpenAI Responses: sequence numbers from 0 without gaps, one response id, items added before they are filled and done before the end, closing events
/// that repeat what the deltas said, and a final response with the same items.
/// </summary>
internal sealed class ResponsesReader : StrictReader
{
    private readonly SortedDictionary<int, Item> _items = [];
    private string? _id;
    private long _sequence;

    protected override void OnEvent(string name, string data)
    {
        using var document = JsonDocument.Parse(data);
        var root = document.RootElement;
        var type = root.Field("type").GetString()!;
        Need(type == name, $"the event {name} has the type {type}");
        Need(root.Field("sequence_number").GetInt64() == _sequence, $"sequence_number {root.Field("sequence_number").GetInt64()} where {_sequence} is due");
        _sequence++;
        if (type == "error")
        {
            Error = root.Field("message").GetString();
            Ended = true;
            return;
        }

        Need(Events > 1 || type == "response.created", $"the stream begins with {type}");
        if (root.TryGetProperty("response", out var response))
        {
            TakeResponse(type, response);
            return;
        }

        var index = root.Field("output_index").GetInt32();
        if (type == "response.output_item.added")
        {
            Need(!_items.ContainsKey(index), $"output_index {index} was added twice");
            _items[index] = new Item(root.Field("item").Field("id").GetString()!);
            return;
        }

        if (!_items.TryGetValue(index, out var item) || item.Done)
        {
            Wrong($"{type} of an item that is not open");
            return;
        }

        TakeItemEvent(type, root, item);
    }

    private void TakeItemEvent(string type, JsonElement root, Item item)
    {
        switch (type)
        {
            case "response.output_item.done":
                Need(item.OpenParts == 0, "an item was done before its part");
                Finish(root.Field("item"), item);
                break;
            case "response.content_part.added" or "response.reasoning_summary_part.added":
                item.OpenParts++;
                item.Text.Clear();
                break;
            case "response.content_part.done":
                Need(root.Field("part").Field("text").GetString() == item.Text.ToString(), "content_part.done says another text than its deltas");
                item.OpenParts--;
                break;
            case "response.reasoning_summary_part.done":
                item.OpenParts--;
                break;
            case "response.output_text.delta":
                Need(item.OpenParts == 1, "a text delta outside of a part");
                item.Text.Append(root.Field("delta").GetString());
                Text.Append(root.Field("delta").GetString());
                break;
            case "response.output_text.done":
                Need(root.Field("text").GetString() == item.Text.ToString(), "output_text.done says another text than its deltas");
                break;
            case "response.function_call_arguments.delta":
                item.Text.Append(root.Field("delta").GetString());
                break;
            case "response.function_call_arguments.done":
                Need(root.Field("arguments").GetString() == item.Text.ToString(), "arguments.done says other arguments than its deltas");
                break;
            case "response.reasoning_summary_text.delta" or "response.reasoning_summary_text.done" or "response.reasoning_text.delta" or "response.reasoning_text.done":
                break;
            default:
                Wrong($"an event that the protocol does not have: {type}");
                break;
        }
    }

    private void Finish(JsonElement done, Item item)
    {
        item.Done = true;
        Need(done.Field("id").GetString() == item.Id, "an item's id changed");
        if (done.Field("type").GetString() == "function_call")
        {
            var arguments = done.Field("arguments").GetString()!;
            Need(arguments == item.Text.ToString(), "the item's arguments are not those of its deltas");
            JsonDocument.Parse(arguments).Dispose();
            Calls.Add(new WireCall(done.Field("call_id").GetString()!, done.Field("name").GetString()!, arguments));
        }
    }

    private void TakeResponse(string type, JsonElement response)
    {
        var id = response.Field("id").GetString();
        _id ??= id;
        Need(id == _id, $"the response's id changed from {_id} to {id}");
        Model = response.Field("model").GetString();
        switch (type)
        {
            case "response.created" or "response.in_progress" or "response.queued":
                Need(type != "response.created" || Events == 1, "response.created came twice");
                return;
            case "response.failed":
                Error = response.Field("error").Field("message").GetString();
                Ended = true;
                return;
            case "response.completed" or "response.incomplete":
                break;
            default:
                Wrong($"an event that the protocol does not have: {type}");
                return;
        }

        Ended = true;
        StopReason = response.Field("status").GetString();
        Need(type == "response.incomplete" || _items.Values.All(i => i.Done), "response.completed before all items were done");
        var output = response.Field("output").EnumerateArray().Select(i => i.Field("id").GetString()).ToList();
        Need(output.SequenceEqual(_items.Values.Select(i => i.Id)), "the final response has other items than the stream");
        if (response.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object)
        {
            InputTokens = usage.Field("input_tokens").GetInt64();
            OutputTokens = usage.Field("output_tokens").GetInt64();
        }
    }

    private sealed class Item(string id)
    {
        public string Id { get; } = id;

        public StringBuilder Text { get; } = new();

        public int OpenParts { get; set; }

        public bool Done { get; set; }
    }
}
