using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>How hard to think, in the words of the server: the model table says which, and a transformer may say otherwise.</summary>
internal sealed class ChatReasoningRequest(CanonicalRequest request, TargetOptions target, RawJsonWriter json, LossReport loss)
{
    /// <summary>Writes the fields, with a comma before each.</summary>
    public void Write()
    {
        var wanted = Efforts.Wanted(request);
        if (wanted == EffortLevels.Unknown)
        {
            return;
        }

        var rules = target.Rules;
        switch (target.Reasoning == ReasoningStyle.ByModel ? rules.Style : target.Reasoning)
        {
            case ReasoningStyle.Effort:
                WriteEffort(",\"reasoning_effort\":\""u8, Efforts.Clamp(wanted, rules.Effort == EffortLevels.Unknown ? EffortLevels.Low | EffortLevels.Medium | EffortLevels.High : rules.Effort), wanted);
                break;
            case ReasoningStyle.ReasoningObject when wanted == EffortLevels.None:
                json.Raw(",\"reasoning\":{\"enabled\":false}"u8);
                break;
            case ReasoningStyle.ReasoningObject when request.ThinkingBudget is { } budget && request.Effort.IsEmpty:
                json.Raw(",\"reasoning\":{\"max_tokens\":"u8);
                json.Number(budget);
                json.Raw("}"u8);
                break;
            case ReasoningStyle.ReasoningObject:
                json.Raw(",\"reasoning\":{\"effort\":\""u8);
                json.Raw(Efforts.Word(Efforts.Clamp(wanted, rules.Effort == EffortLevels.Unknown ? EffortLevels.Low | EffortLevels.Medium | EffortLevels.High | EffortLevels.XHigh : rules.Effort)));
                json.Raw("\"}"u8);
                break;
            case ReasoningStyle.ThinkingObject:
                WriteThinking(wanted);

                // DeepSeek refuses an effort beside thinking that is off.
                if (wanted != EffortLevels.None && (rules.Effort & ~EffortLevels.None) != 0)
                {
                    WriteEffort(",\"reasoning_effort\":\""u8, Efforts.Clamp(wanted, rules.Effort & ~EffortLevels.None), wanted);
                }

                break;
            case ReasoningStyle.EnableThinking:
                WriteThinking(wanted);
                json.Raw(wanted == EffortLevels.None ? ",\"enable_thinking\":false"u8 : ",\"enable_thinking\":true"u8);
                break;
            default:
                if (wanted != EffortLevels.None)
                {
                    loss.Dropped(RequestField.Thinking, request.Dialect, Dialect.OpenAIChat, "This model is not known to take reasoning_effort; it reasons as it does by itself.");
                }

                break;
        }
    }

    private void WriteThinking(EffortLevels wanted) =>
        json.Raw(wanted == EffortLevels.None ? ",\"thinking\":{\"type\":\"disabled\"}"u8 : ",\"thinking\":{\"type\":\"enabled\"}"u8);

    private void WriteEffort(ReadOnlySpan<byte> field, EffortLevels level, EffortLevels wanted)
    {
        json.Raw(field);
        json.Raw(Efforts.Word(level));
        json.Raw("\""u8);
        if (level != wanted)
        {
            loss.Changed(RequestField.Effort, request.Dialect, Dialect.OpenAIChat, $"The model's nearest level is {System.Text.Encoding.ASCII.GetString(Efforts.Word(level))}.");
        }
    }
}
