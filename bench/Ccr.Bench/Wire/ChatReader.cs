using System.Text;
using System.Text.Json;

namespace Ccr.Bench.Wire;

/// <summary>OpenAI Chat: chunks of one id, content before the finish_reason and none behind it, usage at most once, <c>[DONE]</c>.</summary>
internal sealed class ChatReader : StrictReader
{
    private readonly SortedDictionary<int, Call> _calls = [];
    private string? _id;
    private bool _finished;

    protected override void OnEvent(string name, string data)
    {
        if (data == "[DONE]")
        {
            Need(_finished, "[DONE] without a finish_reason");
            Ended = true;
            return;
        }

        using var document = JsonDocument.Parse(data);
        var root = document.RootElement;
        if (root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
        {
            // The error is the last thing; a [DONE] behind it would make it look like an end.
            Error = error.Field("message").GetString();
            Ended = true;
            return;
        }

        Need(name.Length == 0, $"an event named {name}");
        Need(root.Field("object").GetString() == "chat.completion.chunk", "an object that is no chunk");
        var id = root.Field("id").GetString();
        _id ??= id;
        Need(id == _id, $"the id changed from {_id} to {id}");
        Model = root.Field("model").GetString();
        foreach (var choice in root.Field("choices").EnumerateArray())
        {
            TakeChoice(choice);
        }

        if (root.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object)
        {
            Need(OutputTokens is null, "usage came twice");
            InputTokens = usage.Field("prompt_tokens").GetInt64();
            OutputTokens = usage.Field("completion_tokens").GetInt64();
        }
    }

    private void TakeChoice(JsonElement choice)
    {
        Need(choice.Field("index").GetInt32() == 0, "a second choice");
        var delta = choice.Field("delta");
        var empty = true;
        if (delta.TryGetProperty("content", out var content) && content.GetString() is { Length: > 0 } text)
        {
            empty = false;
            Text.Append(text);
        }

        if (delta.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array)
        {
            empty = false;
            foreach (var part in calls.EnumerateArray())
            {
                TakeCall(part);
            }
        }

        Need(empty || !_finished, "content after the finish_reason");
        if (choice.TryGetProperty("finish_reason", out var reason) && reason.GetString() is { } word)
        {
            Need(!_finished, "finish_reason came twice");
            _finished = true;
            StopReason = word;
            foreach (var call in _calls.Values)
            {
                JsonDocument.Parse(call.Arguments.ToString()).Dispose();
                Calls.Add(new WireCall(call.Id, call.Name, call.Arguments.ToString()));
            }
        }
    }

    private void TakeCall(JsonElement part)
    {
        var index = part.Field("index").GetInt32();
        if (!_calls.TryGetValue(index, out var call))
        {
            _calls[index] = call = new Call(part.Field("id").GetString()!, part.Field("function").Field("name").GetString()!, new StringBuilder());
        }

        if (part.Field("function").TryGetProperty("arguments", out var arguments))
        {
            call.Arguments.Append(arguments.GetString());
        }
    }

    private sealed record Call(string Id, string Name, StringBuilder Arguments);
}
