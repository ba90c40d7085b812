using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Repair;

/// <summary>Reasoning of earlier turns that the provider refuses or misses.</summary>
internal static class ThinkingRepair
{
    private static readonly string[] Refused =
    [
        "Invalid `signature` in `thinking` block", "Invalid signature in thinking block", "Invalid `data` in `redacted_thinking` block", "each thinking block must contain", "each `thinking` block must contain",
        "thinking.signature: Field required", "blocks in the latest assistant message cannot be modified", "invalid_encrypted_content", "encrypted content could not be", "The encrypted content",
        "provided without its required following item", "without its required 'reasoning' item", "Items are not persisted when `store` is set to false", "thought_signature", "thought signature", "thoughtSignature",
    ];

    private static readonly string[] Missed = ["Expected `thinking` or `redacted_thinking`, but found", "Expected thinking or redacted_thinking, but found", "must start with a thinking block"];

    /// <summary>The repair; null when the words are about something else.</summary>
    public static RepairPlan? Find(ErrorText text, SentRequest sent)
    {
        if (text.Has("reasoning_content") && text.HasAny("must be passed back", "is missing", "must be provided"))
        {
            return TurnOff("The provider wants back the reasoning of earlier turns, which is lost.", sent.Target);
        }

        if (text.HasAny("when tool_choice forces tool use", "does not support this tool_choice", "tool_choice 'required' is incompatible with thinking", "tool_choice 'specified' is incompatible with thinking"))
        {
            return TurnOff("The model does not think while a tool is forced.", sent.Target);
        }

        var missed = text.HasAny(Missed);
        if (!missed && !text.HasAny(Refused) && text.Code != "invalid_encrypted_content")
        {
            return null;
        }

        return new(RepairKind.ThinkingBlocks, missed
            ? "The turn with the last calls has lost its reasoning: the reasoning of earlier turns is left out and thinking is off."
            : "The provider does not take the reasoning of earlier turns for its own: it is left out.")
        {
            Change = request => Remove(request, missed, sent.Target),
            OptionsChange = static options => options.Memory = null,
            BodyEdit = sent.Target == Dialect.Anthropic ? body => EditAnthropic(body, missed) : null,
            // Reasoning that is missing gets its sentinel from the encoder, and ids that tie items to reasoning are not written at all.
            IsReencoding = sent.Target is Dialect.Gemini or Dialect.OpenAIResponses,
        };
    }

    private static RepairPlan TurnOff(string why, Dialect target) => new(RepairKind.ThinkingOff, $"{why} Thinking is off for this request.")
    {
        Change = TurnOff,
        BodyEdit = target switch
        {
            Dialect.Anthropic => AnthropicThinkingEdit.TurnOff,
            Dialect.OpenAIChat => TurnOffChat,
            _ => null,
        },
    };

    private static bool TurnOff(CanonicalRequest request)
    {
        var changed = request.Thinking != ThinkingMode.Disabled;
        request.Thinking = ThinkingMode.Disabled;
        request.ThinkingBudget = null;
        request.Effort = default;
        return changed;
    }

    /// <summary>The form of DeepSeek, GLM, Kimi and MiMo, the servers that say such things.</summary>
    private static void TurnOffChat(JsonObject body)
    {
        body["thinking"] = new JsonObject { ["type"] = "disabled" };
        body.Remove("reasoning_effort");
        if (body.ContainsKey("enable_thinking"))
        {
            body["enable_thinking"] = false;
        }
    }

    private static void EditAnthropic(JsonObject body, bool missed)
    {
        AnthropicThinkingEdit.RemoveBlocks(body);
        if (AnthropicThinkingEdit.IsByBudget(body) && (missed || AnthropicThinkingEdit.EndsWithResults(body)))
        {
            AnthropicThinkingEdit.TurnOff(body);
        }
    }

    private static bool Remove(CanonicalRequest request, bool missed, Dialect target)
    {
        var changed = false;
        for (var i = request.Messages.Count - 1; i >= 0; i--)
        {
            var content = request.Messages[i].Content;
            if (!content.Any(IsReasoning))
            {
                continue;
            }

            changed = true;
            ContentBlock[] rest = [.. content.Where(block => !IsReasoning(block))];
            if (rest.Length == 0)
            {
                request.Messages.RemoveAt(i);
            }
            else
            {
                request.Messages[i] = request.Messages[i] with { Content = rest };
            }
        }

        var byBudget = target == Dialect.Anthropic && request.Thinking == ThinkingMode.Enabled;
        if (byBudget && (missed || request.Messages is [.., { Role: MessageRole.User } last] && last.Content.Any(block => block is ToolResultBlock)))
        {
            changed |= TurnOff(request);
        }

        return changed;
    }

    private static bool IsReasoning(ContentBlock block) => block is ThinkingBlock or RedactedThinkingBlock;
}
