using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Repair;

/// <summary>Ids of calls that are too long, of other characters, or given twice.</summary>
internal static class ToolIdRepair
{
    /// <summary>The repair; null when the words are about something else.</summary>
    public static RepairPlan? Find(ErrorText text, SentRequest sent)
    {
        if (text.HasAny("ids must be unique", "duplicate tool call id", "duplicate tool_call_id", "duplicate call_id", "Duplicate value for 'tool_call_id'"))
        {
            return new(RepairKind.ToolIds, "Two calls had one id; each gets its own, and its result the same.") { Change = MakeUnique };
        }

        if (text.Has("Expected an ID that begins with"))
        {
            return new(RepairKind.ToolIds, "The provider does not know the ids of items; they are left out.") { IsReencoding = sent.Target == Dialect.OpenAIResponses };
        }

        var nine = text.Has("with a length of 9");
        var named = text.HasAny("tool call id", "tool_use.id", "tool_use_id", "tool_call_id", "tool_calls", "call_id", "function_call.id", "function_response.id") || text.Param.EndsWith(".id", StringComparison.Ordinal);
        if (!nine && !(named && text.HasAny("string too long", "should match pattern", "does not match pattern", "at most", "maximum length", "invalid tool call id", "Invalid 'input", "must match")))
        {
            return null;
        }

        return new(RepairKind.ToolIds, "The provider does not take the ids of calls as they are; calls get others, and their results the same.")
        {
            Change = request => Rename(request, id => Shorter(id, nine)),
            OptionsChange = nine ? static options => options.Rules = options.Rules with { NineCharacterToolIds = true } : null,
        };
    }

    /// <summary>An id that is fit for most providers; one that is so already, and still was refused, becomes nine letters and digits, which all take.</summary>
    private static EscapedText Shorter(EscapedText id, bool nine)
    {
        Span<byte> made = stackalloc byte[ToolIds.MaxLength];
        var length = nine || ToolIds.IsPortable(id.Span) ? ToolIds.NineCharacters(id.Span, made) : ToolIds.Portable(id.Span, made);
        return id.Span.SequenceEqual(made[..length]) ? id : new EscapedText(made[..length].ToArray());
    }

    private static bool Rename(CanonicalRequest request, Func<EscapedText, EscapedText> name)
    {
        var changed = false;
        for (var i = 0; i < request.Messages.Count; i++)
        {
            var content = request.Messages[i].Content.ToArray();
            for (var j = 0; j < content.Length; j++)
            {
                content[j] = content[j] switch
                {
                    ToolUseBlock call when name(call.Id) is var id && !id.Span.SequenceEqual(call.Id.Span) => call with { Id = id, Original = default },
                    ToolResultBlock result when name(result.ToolUseId) is var id && !id.Span.SequenceEqual(result.ToolUseId.Span) => result with { ToolUseId = id, Original = default },
                    var other => other,
                };
                changed |= !ReferenceEquals(content[j], request.Messages[i].Content[j]);
            }

            request.Messages[i] = request.Messages[i] with { Content = content };
        }

        return changed;
    }

    /// <summary>The second call of an id, and the first result after it that no other call waits for, get a number behind the id.</summary>
    private static bool MakeUnique(CanonicalRequest request)
    {
        var seen = new HashSet<ReadOnlyMemory<byte>>(BytesComparer.Instance);
        var waiting = new List<(EscapedText Before, EscapedText After)>();
        var changed = false;
        for (var i = 0; i < request.Messages.Count; i++)
        {
            var content = request.Messages[i].Content.ToArray();
            for (var j = 0; j < content.Length; j++)
            {
                if (content[j] is ToolUseBlock call)
                {
                    var id = call.Id;
                    for (var number = 2; !seen.Add(id.Bytes); number++)
                    {
                        id = RepeatedCalls.Numbered(call.Id, number);
                    }

                    waiting.Add((call.Id, id));
                    content[j] = id.Span.SequenceEqual(call.Id.Span) ? call : call with { Id = id, Original = default };
                    changed |= !ReferenceEquals(content[j], call);
                }
                else if (content[j] is ToolResultBlock result && waiting.FindIndex(open => open.Before.Span.SequenceEqual(result.ToolUseId.Span)) is >= 0 and var place)
                {
                    content[j] = result with { ToolUseId = waiting[place].After };
                    waiting.RemoveAt(place);
                }
            }

            request.Messages[i] = request.Messages[i] with { Content = content };
        }

        return changed;
    }
}
