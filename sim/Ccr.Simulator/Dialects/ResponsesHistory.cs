using System.Text.Json;
using Ccr.Simulator.Answers;

namespace Ccr.Simulator.Dialects;

/// <summary>
/// Walks the input items of a Responses request: finds the prompt and the tool outputs that are still to be answered, and refuses
/// what OpenAI refuses: calls without output, outputs without call, and (strict) what <see cref="ResponsesRules"/> knows.
/// </summary>
internal sealed class ResponsesHistory(bool strict)
{
    private readonly OpenCalls _calls = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _pending = new(StringComparer.Ordinal);
    private Kind _last = Kind.User;
    private string? _reasoning;
    private int _index = -1;

    private enum Kind
    {
        User,
        Assistant,
        Call,
        Output,
    }

    public string Prompt { get; private set; } = "";

    public int ToolTurns { get; private set; }

    public IReadOnlyList<string> Results => _calls.Results;

    /// <summary>The text of the assistant message that stands last; null: something else does.</summary>
    public string? Prefill { get; private set; }

    /// <summary>Tools that came as an item instead of a field of the request.</summary>
    public IEnumerable<JsonElement> MoreTools { get; private set; } = [];

    /// <summary>Takes the next item.</summary>
    public void Add(JsonElement item)
    {
        _index++;
        Prefill = null;
        var type = item.GetText("type") ?? (item.GetText("role") is null ? null : "message");
        if (type is null)
        {
            throw new RefusedException($"Missing required parameter: 'input[{_index}].type'.", "missing_required_parameter");
        }

        if (strict)
        {
            ResponsesRules.CheckItem(item, type, _index);
        }

        switch (type)
        {
            case "message" when item.GetText("role") is not "assistant":
                AddMessage(item);
                break;
            case "message" or "item_reference":
                AfterReasoning();
                Begin(Kind.Assistant);
                Prefill = type == "message" ? JsonRead.Join(item.Get("content")) : null;
                break;
            case "reasoning":
                Begin(Kind.Assistant);
                _reasoning = item.GetText("id") ?? "(without id)";
                break;
            case "additional_tools":
                MoreTools = [.. MoreTools, .. item.Items("tools")];
                break;
            case not null when type.EndsWith("_output", StringComparison.Ordinal):
                RequireNoReasoning();
                AddOutput(item, type);
                break;
            case not null when item.GetText("call_id") is { } id:
                AfterReasoning();
                AddCall(id);
                break;
            default:
                // Calls that ran at the provider, compaction and the like.
                AfterReasoning();
                break;
        }
    }

    /// <summary>The whole input is one text.</summary>
    public void AddPrompt(string text) => Prompt = text;

    /// <summary>After the last item.</summary>
    public void End()
    {
        RequireNoReasoning();
        if (_pending.Count > 0)
        {
            throw new RefusedException($"No tool output found for function call {string.Join(", ", _pending)}.");
        }
    }

    private void AddMessage(JsonElement item)
    {
        RequireNoReasoning();
        if (item.GetText("role") is not "user")
        {
            return;
        }

        // Agents put what an output cannot hold into a user message right behind it: no new prompt.
        if (_last == Kind.Output)
        {
            return;
        }

        var content = item.Get("content");
        var texts = content.ValueKind switch
        {
            JsonValueKind.String => [content.GetString()!],
            JsonValueKind.Array => content.EnumerateArray().Select(p => p.GetText("text")).OfType<string>(),
            _ => throw new RefusedException($"Missing required parameter: 'input[{_index}].content'.", "missing_required_parameter"),
        };
        if (texts.LastOrDefault(t => !t.StartsWith("<system-reminder>", StringComparison.Ordinal)) is { } prompt)
        {
            Prompt = prompt;
            ToolTurns = 0;
            _calls.Clear();
            _last = Kind.User;
        }
    }

    private void AddCall(string id)
    {
        // Calls that follow each other are one turn.
        var isFirst = _last != Kind.Call;
        Begin(Kind.Call);
        ToolTurns += isFirst ? 1 : 0;
        if (!_known.Add(id) && strict)
        {
            throw new RefusedException($"Duplicate call_id '{id}' in 'input[{_index}]'.");
        }

        _pending.Add(id);
        _calls.Call(id);
    }

    private void AddOutput(JsonElement item, string type)
    {
        var id = item.GetText("call_id") ?? throw new RefusedException($"Missing required parameter: 'input[{_index}].call_id'.", "missing_required_parameter");
        if (!_known.Contains(id))
        {
            throw new RefusedException($"No tool call found for {type[..^"_output".Length].Replace('_', ' ')} output with call_id {id}.");
        }

        _pending.Remove(id);
        _calls.Answer(id, JsonRead.Flatten(item.Get("output")));
        _last = Kind.Output;
    }

    // What the assistant says after outputs or a prompt is a new turn.
    private void Begin(Kind kind)
    {
        if (_last is Kind.Output or Kind.User)
        {
            _calls.Clear();
        }

        _last = kind;
    }

    private void AfterReasoning() => _reasoning = null;

    private void RequireNoReasoning()
    {
        if (strict && _reasoning is { } id)
        {
            throw new RefusedException($"Item '{id}' of type 'reasoning' was provided without its required following item.");
        }
    }
}
