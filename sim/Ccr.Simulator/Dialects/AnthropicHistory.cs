using System.Text.Json;
using Ccr.Simulator.Answers;

namespace Ccr.Simulator.Dialects;

/// <summary>
/// Walks the messages of an Anthropic request: finds the prompt and the tool results that are still to be answered, and refuses
/// what Anthropic refuses: empty texts, tool calls without result, results without call, and (strict) thinking it did not sign.
/// </summary>
internal sealed class AnthropicHistory
{
    /// <summary>The top-level fields of the Messages API, beta ones included.</summary>
    public static HashSet<string> Fields { get; } =
    [
        "model", "max_tokens", "messages", "system", "stream", "stop_sequences", "tools", "tool_choice", "thinking", "output_config", "cache_control",
        "metadata", "service_tier", "speed", "inference_geo", "container", "diagnostics", "temperature", "top_p", "top_k", "mcp_servers",
        "context_management", "compaction", "fallbacks", "fallback_credit_token", "output_format", "thread", "billing_policy",
    ];

    /// <summary>Characters of a tool's name.</summary>
    public const int LongestName = 128;

    private readonly OpenCalls _calls = new();
    private int _index = -1;

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
        var content = message.Get("content");
        switch (message.GetText("role"))
        {
            case "user":
                AddUser(Blocks(content));
                break;
            case "assistant":
                RequireNothingPending();
                AddAssistant(Blocks(content), strict);
                Prefill = _calls.Count == 0 ? JsonRead.Join(content) : null;
                break;
            case "system":
                break;
            default:
                throw new RefusedException($"messages.{_index}.role: expected user, assistant or system");
        }
    }

    /// <summary>After the last message.</summary>
    public void End(bool strict)
    {
        RequireNothingPending();
        if (strict && Prefill is { Length: > 0 } begun && char.IsWhiteSpace(begun[^1]))
        {
            throw new RefusedException("messages: final assistant content cannot end with trailing whitespace");
        }
    }

    private List<JsonElement> Blocks(JsonElement content)
    {
        switch (content.ValueKind)
        {
            case JsonValueKind.String when content.ValueEquals(""u8):
                throw new RefusedException($"messages.{_index}: all messages must have non-empty content except for the optional final assistant message");
            case JsonValueKind.String:
                return [content];
            case JsonValueKind.Array:
                var blocks = content.EnumerateArray().ToList();
                if (blocks.Exists(b => b.GetText("type") == "text" && string.IsNullOrWhiteSpace(b.GetText("text"))))
                {
                    throw new RefusedException($"messages.{_index}: text content blocks must be non-empty and contain non-whitespace text");
                }

                return blocks;
            default:
                throw new RefusedException($"messages.{_index}.content: expected a string or an array of blocks");
        }
    }

    private void AddUser(List<JsonElement> blocks)
    {
        var results = blocks.Where(b => b.GetText("type") == "tool_result").ToList();
        foreach (var result in results)
        {
            var id = result.GetText("tool_use_id") ?? "";
            if (!_calls.Answer(id, JsonRead.Flatten(result.Get("content"))))
            {
                throw new RefusedException($"messages.{_index}: unexpected `tool_use_id` found in `tool_result` blocks: {id}. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.");
            }
        }

        // Text beside results, and what a client adds on its own, is no new prompt.
        var prompt = results.Count > 0 ? null : blocks.Select(Text).LastOrDefault(t => t is not null && !t.StartsWith("<system-reminder>", StringComparison.Ordinal));
        if (prompt is not null)
        {
            RequireNothingPending();
            Prompt = prompt;
            ToolTurns = 0;
            _calls.Clear();
        }
    }

    private void AddAssistant(List<JsonElement> blocks, bool strict)
    {
        _calls.Clear();
        foreach (var block in blocks)
        {
            switch (block.GetText("type"))
            {
                case "tool_use":
                    _calls.Call(block.Need("id"));
                    RequireWholeCall(block, strict);
                    break;
                case "thinking" when strict && block.GetText("signature") != Signature.Of(block.GetText("thinking") ?? ""):
                    throw new RefusedException($"messages.{_index}: Invalid `signature` in `thinking` block");
            }
        }

        ToolTurns += _calls.Count > 0 ? 1 : 0;
    }

    private void RequireWholeCall(JsonElement call, bool strict)
    {
        if (strict && !JsonRead.IsWord(call.GetText("id"), int.MaxValue))
        {
            throw new RefusedException($"messages.{_index}.content: tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'");
        }

        if (strict && !JsonRead.IsWord(call.GetText("name"), LongestName))
        {
            throw new RefusedException($"messages.{_index}.content: tool_use.name: String should match pattern '^[a-zA-Z0-9_-]{{1,{LongestName}}}$'");
        }

        if (strict && call.Get("input").ValueKind != JsonValueKind.Object)
        {
            throw new RefusedException($"messages.{_index}.content: tool_use.input: Input should be a valid dictionary");
        }
    }

    private static string? Text(JsonElement block) => block.ValueKind == JsonValueKind.String ? block.GetString() : block.GetText("text");

    private void RequireNothingPending()
    {
        if (_calls.Pending.Any())
        {
            throw new RefusedException($"messages.{_index}: `tool_use` ids were found without `tool_result` blocks immediately after: {string.Join(", ", _calls.Pending)}. Each `tool_use` block must have a corresponding `tool_result` block in the next message.");
        }
    }
}
