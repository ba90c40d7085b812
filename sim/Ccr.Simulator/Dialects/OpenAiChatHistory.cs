using System.Text.Json;
using Ccr.Simulator.Answers;

namespace Ccr.Simulator.Dialects;

/// <summary>
/// Walks the messages of a Chat request: finds the prompt and the tool results that are still to be answered, and refuses what
/// OpenAI refuses: calls without result, results without call, and (strict) parts that a role cannot have.
/// </summary>
internal sealed class OpenAiChatHistory
{
    /// <summary>The top-level fields of the Chat API.</summary>
    public static HashSet<string> Fields { get; } =
    [
        "model", "messages", "stream", "stream_options", "max_completion_tokens", "max_tokens", "temperature", "top_p", "n", "stop", "seed",
        "presence_penalty", "frequency_penalty", "logit_bias", "logprobs", "top_logprobs", "tools", "tool_choice", "parallel_tool_calls", "functions",
        "function_call", "response_format", "reasoning_effort", "verbosity", "modalities", "audio", "prediction", "web_search_options", "service_tier",
        "store", "metadata", "user", "safety_identifier", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "moderation",
    ];

    /// <summary>Characters of a tool's name.</summary>
    public const int LongestName = 64;

    private const int LongestId = 40;

    private readonly OpenCalls _calls = new();
    private int _index = -1;
    private bool _afterTool;

    public string Prompt { get; private set; } = "";

    public int ToolTurns { get; private set; }

    public IReadOnlyList<string> Results => _calls.Results;

    /// <summary>The text of the assistant message that stands last; null: something else does.</summary>
    public string? Prefill { get; private set; }

    /// <summary>Takes the next message.</summary>
    public void Add(JsonElement message, bool strict)
    {
        _index++;
        Prefill = null;
        var role = message.GetText("role");
        if (role != "tool")
        {
            RequireNothingPending();
        }

        switch (role)
        {
            case "system" or "developer":
                break;
            case "user":
                AddUser(message.Get("content"));
                break;
            case "assistant":
                AddAssistant(message, strict);
                Prefill = _calls.Count == 0 ? JsonRead.Join(message.Get("content")) : null;
                break;
            case "tool":
                AddTool(message, strict);
                break;
            default:
                throw new RefusedException($"messages[{_index}].role: expected system, developer, user, assistant or tool");
        }

        _afterTool = role == "tool";
    }

    /// <summary>After the last message.</summary>
    public void End() => RequireNothingPending();

    private void AddUser(JsonElement content)
    {
        if (content.ValueKind is not (JsonValueKind.String or JsonValueKind.Array))
        {
            throw new RefusedException($"messages[{_index}].content: expected a string or an array of parts");
        }

        // Agents put what a tool result cannot hold (images, notes) into a user message right behind it: no new prompt.
        if (_afterTool)
        {
            return;
        }

        var texts = content.ValueKind == JsonValueKind.String ? [content.GetString()!] : content.EnumerateArray().Select(p => p.GetText("text")).OfType<string>();
        if (texts.LastOrDefault(t => !t.StartsWith("<system-reminder>", StringComparison.Ordinal)) is { } prompt)
        {
            Prompt = prompt;
            ToolTurns = 0;
            _calls.Clear();
        }
    }

    private void AddAssistant(JsonElement message, bool strict)
    {
        _calls.Clear();
        foreach (var call in message.Items("tool_calls"))
        {
            _calls.Call(call.Need("id"));
            RequireArguments(call, strict);
            RequireLegalNames(call, strict);
        }

        if (strict && _calls.Count == 0 && message.Get("content").ValueKind == JsonValueKind.Undefined)
        {
            throw new RefusedException($"Invalid value for 'content': expected a string, got null. (messages[{_index}].content)");
        }

        ToolTurns += _calls.Count > 0 ? 1 : 0;
    }

    private void RequireArguments(JsonElement call, bool strict)
    {
        var arguments = call.Get("function").Get("arguments");
        if (strict && call.GetText("type") is null or "function" && arguments.ValueKind != JsonValueKind.String)
        {
            throw new RefusedException($"messages[{_index}].tool_calls: function.arguments: expected a string that holds JSON");
        }
    }

    private void RequireLegalNames(JsonElement call, bool strict)
    {
        if (strict && call.Need("id").Length > LongestId)
        {
            throw new RefusedException($"Invalid 'messages[{_index}].tool_calls[0].id': string too long. Expected a string with maximum length {LongestId}, but got a string with length {call.Need("id").Length} instead.");
        }

        if (strict && call.GetText("type") is (null or "function") && !JsonRead.IsWord(call.Get("function").GetText("name"), LongestName))
        {
            throw new RefusedException($"Invalid 'messages[{_index}].tool_calls[0].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]{{1,{LongestName}}}$'.");
        }
    }

    private void AddTool(JsonElement message, bool strict)
    {
        var id = message.Need("tool_call_id");
        var content = message.Get("content");
        if (!_calls.Answer(id, JsonRead.Flatten(content)))
        {
            throw new RefusedException($"messages[{_index}]: messages with role 'tool' must be a response to a preceding message with 'tool_calls' (tool_call_id {id}).");
        }

        if (strict && content.ValueKind == JsonValueKind.Array && content.EnumerateArray().Any(p => p.GetText("type") != "text"))
        {
            throw new RefusedException($"messages[{_index}].content: a tool message has text parts only");
        }
    }

    private void RequireNothingPending()
    {
        if (_calls.Pending.Any())
        {
            throw new RefusedException($"An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: {string.Join(", ", _calls.Pending)}");
        }
    }
}
