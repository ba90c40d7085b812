using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Repair;

/// <summary>Turns that a provider does not take where they stand: an assistant's at the end, instructions in the middle, the role developer, texts without a word.</summary>
internal static class TurnRepair
{
    /// <summary>What the user's turn behind a refused prefill says.</summary>
    internal const string Continue = "Continue exactly where your last message ended; repeat nothing of it.";

    /// <summary>The repair; null when the words are about something else.</summary>
    public static RepairPlan? Find(ErrorText text, SentRequest sent)
    {
        if (IsPrefill(text))
        {
            return new(RepairKind.Prefill, "The model does not continue a message that was begun for it; a user's turn asks it to go on.")
            {
                Change = AskToContinue,
                OptionsChange = static options => options.Rules = options.Rules with { TakesPrefill = false },
                BodyEdit = body => AskToContinue(body, sent.Target),
            };
        }

        if (text.Has("developer") && text.HasAny("unknown variant", "is not one of", "not support", "unexpected role", "invalid role", "Input should be", "Unknown role"))
        {
            return new(RepairKind.DeveloperRole, "The server does not know the role developer; it is said as system.") { BodyEdit = DeveloperAsSystem };
        }

        if (text.HasAny("System message must be at the beginning", "input message role", "roles must alternate", "Unexpected role 'system'", "Unexpected role \"system\"", "role: Input should be 'user' or 'assistant'",
            "system messages are only allowed", "Only the first message can be a system", "must be at the start of the conversation"))
        {
            return new(RepairKind.SystemInMiddle, "The model takes instructions at the head only; those in the middle are said as text of the user's turn.")
            {
                Change = FoldSystem,
                OptionsChange = static options => options.Rules = options.Rules with { TakesSystemInMiddle = false },
                // Turns of one speaker in a row become one when they are encoded.
                IsReencoding = text.Has("roles must alternate"),
            };
        }

        return text.HasAny("text content blocks must be non-empty", "text content blocks must contain non-whitespace", "must have non-empty content", "cannot end with trailing whitespace", "content must not be empty")
            ? new(RepairKind.BlankText, "Texts without a word, and blanks at the end of the last one, are left out.") { Change = RemoveBlank, IsReencoding = text.Has("trailing whitespace") }
            : null;
    }

    /// <summary>Whether a refusal is about an assistant's message at the end.</summary>
    private static bool IsPrefill(ErrorText text) =>
        text.HasAny("assistant message prefill", "conversation must end with a user message", "must end with a user message", "does not support prefill", "Prefilling assistant messages", "last message must be from the user",
            "Assistant response prefill is incompatible") || (text.Has("Expected last role User") && text.Has("but got assistant")) || (text.Has("when using tools, pre-filling") && text.Has("not supported"));

    private static bool AskToContinue(CanonicalRequest request)
    {
        if (request.Messages is not [.., { Role: MessageRole.Assistant } last] || last.Content.Any(block => block is ToolUseBlock))
        {
            return false;
        }

        request.Messages.Add(new(MessageRole.User, [new TextBlock(EscapedText.From(Continue))], request.Messages.Count));
        return true;
    }

    private static void AskToContinue(JsonObject body, Dialect target)
    {
        var (list, role) = target switch
        {
            Dialect.OpenAIResponses => ("input", "assistant"),
            Dialect.Gemini => ("contents", "model"),
            _ => ("messages", "assistant"),
        };
        if (body[list] is not JsonArray { Count: > 0 } turns || BodyFields.Text((turns[^1] as JsonObject)?["role"]) != role)
        {
            return;
        }

        turns.Add(target switch
        {
            Dialect.OpenAIResponses => new JsonObject { ["type"] = "message", ["role"] = "user", ["content"] = new JsonArray(new JsonObject { ["type"] = "input_text", ["text"] = Continue }) },
            Dialect.Gemini => new JsonObject { ["role"] = "user", ["parts"] = new JsonArray(new JsonObject { ["text"] = Continue }) },
            _ => (JsonNode)new JsonObject { ["role"] = "user", ["content"] = Continue },
        });
    }

    private static void DeveloperAsSystem(JsonObject body)
    {
        foreach (var message in BodyFields.Items(body["messages"] ?? body["input"]))
        {
            if (BodyFields.Text(message["role"]) == "developer")
            {
                message["role"] = "system";
            }
        }
    }

    private static bool FoldSystem(CanonicalRequest request)
    {
        var changed = false;
        var head = true;
        for (var i = 0; i < request.Messages.Count; i++)
        {
            if (request.Messages[i].Role != MessageRole.System)
            {
                head = false;
                continue;
            }

            changed = true;
            if (head)
            {
                request.System.AddRange(request.Messages[i].Content);
                request.Messages.RemoveAt(i--);
                continue;
            }

            ContentBlock[] said = [.. request.Messages[i].Content.Select(block => block is TextBlock text ? new TextBlock(ClaudeCodePrompt.Reminder(text.Text)) { CacheControl = block.CacheControl } : block)];
            request.Messages[i] = request.Messages[i] with { Role = MessageRole.User, Content = said };
            var before = i - 1;
            if (before >= 0 && request.Messages[before].Content.Any(block => block is ToolUseBlock) && i + 1 < request.Messages.Count && request.Messages[i + 1].Role == MessageRole.User)
            {
                // Results follow their calls directly: the instruction goes behind them.
                (request.Messages[i], request.Messages[i + 1]) = (request.Messages[i + 1], request.Messages[i]);
            }
        }

        return changed;
    }

    private static bool RemoveBlank(CanonicalRequest request)
    {
        var changed = request.System.RemoveAll(IsBlank) > 0;
        for (var i = request.Messages.Count - 1; i >= 0; i--)
        {
            ContentBlock[] rest = [.. request.Messages[i].Content.Where(block => !IsBlank(block))];
            if (rest.Length == request.Messages[i].Content.Count)
            {
                continue;
            }

            changed = true;
            if (rest.Length == 0)
            {
                request.Messages.RemoveAt(i);
            }
            else
            {
                request.Messages[i] = request.Messages[i] with { Content = rest };
            }
        }

        return changed;
    }

    private static bool IsBlank(ContentBlock block) => block is TextBlock { Text.IsBlank: true };
}
