using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Repair;

/// <summary>Calls without results, results without calls, and results that do not come first.</summary>
internal static class ToolResultRepair
{
    private static readonly string[] Phrases =
    [
        "ids were found without `tool_result` blocks", "ids were found without tool_result blocks", "must be followed by tool messages", "insufficient tool messages following", "unexpected `tool_use_id` found",
        "unexpected tool_use_id found", "must have a corresponding `tool_use` block", "must be a response to a pre", "No tool output found for function call", "No tool call found for", "number of function response parts",
        "function call turn comes immediately after", "function response turn comes immediately after", "Not the same number of function calls and responses", "tool_call_id  is not found", "tool_call_id is not found",
        "multiturn requests begin with a user turn", "tool call result does not follow tool call", "tool result's tool id", "Unexpected role 'tool'", "Expected last role User or Tool",
    ];

    /// <summary>The repair; null when the words are about something else.</summary>
    public static RepairPlan? Find(ErrorText text, SentRequest sent) => !text.HasAny(Phrases) || text.Has("but got assistant") ? null
        : new(RepairKind.ToolResults, "Calls and results did not match: a call without result is answered as interrupted, a result without call is said as text, results come first.")
        {
            Change = Pair,
            // Google's order of turns is the encoder's matter.
            IsReencoding = text.HasAny("turn comes immediately after", "begin with a user turn"),
        };

    private static bool Pair(CanonicalRequest request)
    {
        var changed = false;
        var open = new List<EscapedText>();
        for (var i = 0; i < request.Messages.Count; i++)
        {
            var message = request.Messages[i];
            if (message.Role == MessageRole.System)
            {
                continue;
            }

            if (message.Role == MessageRole.User)
            {
                // Results may come in several messages of one turn.
                var last = i + 1 == request.Messages.Count || request.Messages[i + 1].Role == MessageRole.Assistant;
                request.Messages[i] = message with { Content = Answer(message.Content, open, last, ref changed) };
                continue;
            }

            if (open.Count > 0)
            {
                // Nobody spoke between two turns with calls.
                request.Messages.Insert(i, new(MessageRole.User, Answer([], open, true, ref changed), message.Index));
                i++;
            }

            open.AddRange(message.Content.OfType<ToolUseBlock>().Select(call => call.Id));
        }

        if (open.Count > 0)
        {
            request.Messages.Add(new(MessageRole.User, Answer([], open, true, ref changed), request.Messages.Count));
        }

        return changed;
    }

    private static ContentBlock[] Answer(IReadOnlyList<ContentBlock> content, List<EscapedText> open, bool isLast, ref bool changed)
    {
        var results = new List<ContentBlock>();
        var rest = new List<ContentBlock>();
        foreach (var block in content)
        {
            if (block is not ToolResultBlock result)
            {
                rest.Add(block);
            }
            else if (open.FindIndex(id => id.Span.SequenceEqual(result.ToolUseId.Span)) is >= 0 and var place)
            {
                open.RemoveAt(place);
                changed |= rest.Count > 0;
                results.Add(result);
            }
            else
            {
                changed = true;
                rest.AddRange(result.Content.Where(part => part is TextBlock { Text.IsBlank: false } or ImageBlock or DocumentBlock));
            }
        }

        if (isLast)
        {
            foreach (var id in open)
            {
                changed = true;
                results.Add(new ToolResultBlock(id, [new TextBlock(EscapedText.From("(no result: the call was interrupted)"))], IsError: true));
            }

            open.Clear();
        }

        if (results.Count + rest.Count == 0)
        {
            // The message held a result of nothing that said nothing.
            rest.Add(new TextBlock(EscapedText.From("(no output)")));
        }

        return [.. results, .. rest];
    }
}
