using System.Text.Json.Nodes;

namespace Ccr.Protocols.Repair;

/// <summary>Changes of an Anthropic body that concern thinking.</summary>
internal static class AnthropicThinkingEdit
{
    /// <summary>The least budget.</summary>
    public const int LeastBudget = 1024;

    /// <summary>Turns thinking off, and with it the edits that need it.</summary>
    public static void TurnOff(JsonObject body)
    {
        if (body["thinking"] is not JsonObject { Count: > 0 } thinking || BodyFields.Text(thinking["type"]) == "disabled")
        {
            return;
        }

        body["thinking"] = new JsonObject { ["type"] = "disabled" };
        if (body["context_management"] is JsonObject management && management["edits"] is JsonArray edits)
        {
            for (var i = edits.Count - 1; i >= 0; i--)
            {
                if (BodyFields.Text(edits[i]?["type"])?.StartsWith("clear_thinking", StringComparison.Ordinal) == true)
                {
                    edits.RemoveAt(i);
                }
            }

            if (edits.Count == 0)
            {
                body.Remove("context_management");
            }
        }
    }

    /// <summary>Leaves out the reasoning of earlier turns, and turns of which nothing remains.</summary>
    public static void RemoveBlocks(JsonObject body)
    {
        if (body["messages"] is not JsonArray messages)
        {
            return;
        }

        for (var i = messages.Count - 1; i >= 0; i--)
        {
            if (messages[i] is not JsonObject message || message["content"] is not JsonArray content)
            {
                continue;
            }

            var before = content.Count;
            for (var j = content.Count - 1; j >= 0; j--)
            {
                if (content[j] is JsonObject block && BodyFields.Text(block["type"]) is "thinking" or "redacted_thinking")
                {
                    content.RemoveAt(j);
                }
            }

            if (content.Count == 0 && before > 0)
            {
                messages.RemoveAt(i);
            }
        }
    }

    /// <summary>Whether thinking is on within a budget.</summary>
    public static bool IsByBudget(JsonObject body) => BodyFields.Text((body["thinking"] as JsonObject)?["type"]) == "enabled";

    /// <summary>Whether the newest thing said is a tool's result.</summary>
    public static bool EndsWithResults(JsonObject body) =>
        body["messages"] is JsonArray { Count: > 0 } messages && messages[^1] is JsonObject last && BodyFields.Items(last["content"]).Any(block => BodyFields.Text(block["type"]) == "tool_result");

    /// <summary>Brings budget and limit into order under the most that the model writes (0 for unknown); turns thinking off where that cannot be.</summary>
    public static void FitBudget(JsonObject body, long most)
    {
        if (!IsByBudget(body) || body["thinking"] is not JsonObject thinking)
        {
            return;
        }

        var (budget, max) = Fit(BodyFields.Number(thinking["budget_tokens"]) ?? LeastBudget, BodyFields.Number(body["max_tokens"]) ?? 0, most);
        if (budget == 0)
        {
            TurnOff(body);
            return;
        }

        thinking["budget_tokens"] = budget;
        body["max_tokens"] = max;
    }

    /// <summary>A budget and the limit that holds it and an answer as long as was asked for; a budget of 0 when the model's limit has no room for thinking.</summary>
    public static (long Budget, long Max) Fit(long budget, long max, long most)
    {
        budget = Math.Max(LeastBudget, budget);
        if (max <= budget)
        {
            max += budget;
        }

        if (most > 0 && max > most)
        {
            max = most;
            budget = Math.Min(budget, Math.Max(LeastBudget, max / 2));
        }

        return budget < max ? (budget, max) : (0, max);
    }
}
