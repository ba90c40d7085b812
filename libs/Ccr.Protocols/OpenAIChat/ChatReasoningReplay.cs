using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>The reasoning of earlier turns for servers that want it back: which ones do is in the model table, and a transformer may say otherwise.</summary>
internal sealed class ChatReasoningReplay(CanonicalRequest request, TargetOptions target, RawJsonWriter json, LossReport loss)
{
    private readonly List<EscapedText> _texts = [];
    private readonly List<string> _details = [];
    private string? _extraContent;
    private readonly ReasoningReplay _mode = target.Replay == ReasoningReplay.ByModel ? target.Rules.Replay : target.Replay;

    /// <summary>A new assistant message begins.</summary>
    public void Begin()
    {
        _texts.Clear();
        _details.Clear();
        _extraContent = null;
    }

    /// <summary>What the server put beside the call that comes next ("extra_content": …), to be given back there; null when there is nothing. Taken once.</summary>
    public string? TakeExtraContent()
    {
        var taken = _extraContent;
        _extraContent = null;
        return taken;
    }

    /// <summary>Notes a block of reasoning of this message.</summary>
    public void Note(ContentBlock block)
    {
        var sealedData = block is ThinkingBlock { Signature: var s } ? s : ((RedactedThinkingBlock)block).Data;
        if (ReasoningEnvelope.Open(sealedData.Span) is { BelongsToNext: true } next && next.IsFor(Dialect.OpenAIChat, target.Provider, target.Model))
        {
            // {"extra_content": …}: without its braces it is a member of the call.
            _extraContent = next.Data.Length > 2 && next.HoldsObject ? next.Data[1..^1] : null;
            if (block is RedactedThinkingBlock)
            {
                return;
            }
        }

        if (_mode == ReasoningReplay.Never)
        {
            loss.Dropped(block is ThinkingBlock ? RequestField.ThinkingBlocks : RequestField.RedactedThinking, request.Dialect, Dialect.OpenAIChat, "This model does not want the reasoning of earlier turns back.");
            return;
        }

        var (text, signature) = block is ThinkingBlock thinking ? (thinking.Text, thinking.Signature) : (default, ((RedactedThinkingBlock)block).Data);
        if (!text.IsEmpty)
        {
            _texts.Add(text);
        }

        if (ReasoningEnvelope.Open(signature.Span) is { } envelope && envelope.IsFor(Dialect.OpenAIChat, target.Provider, target.Model) && _mode == ReasoningReplay.ReasoningDetails && envelope.HoldsObject)
        {
            _details.Add(envelope.Data);
        }
        else if (text.IsEmpty)
        {
            loss.Dropped(RequestField.RedactedThinking, request.Dialect, Dialect.OpenAIChat, "Only the provider that made it could read it.");
        }
    }

    /// <summary>Writes the fields of this message, with a comma before.</summary>
    public void Write(List<ToolUseBlock> calls)
    {
        if (_mode is ReasoningReplay.Never)
        {
            return;
        }

        if (_texts.Count == 0 && _details.Count == 0)
        {
            if (_mode != ReasoningReplay.ReasoningContentRequired || calls.Count == 0)
            {
                return;
            }

            // DeepSeek V4 refuses a turn with calls that lacks it: what we remember of the turn, else a word that is not empty.
            json.Raw(",\"reasoning_content\":\""u8);
            json.Raw(Remembered(calls) is { Length: > 0 } known ? known.Span : "(reasoning unavailable)"u8);
            json.Raw("\""u8);
            return;
        }

        if (_texts.Count > 0)
        {
            json.Raw(_mode == ReasoningReplay.ReasoningDetails ? ",\"reasoning\":\""u8 : ",\"reasoning_content\":\""u8);
            for (var i = 0; i < _texts.Count; i++)
            {
                json.Raw(i > 0 ? "\\n"u8 : default);
                json.Raw(_texts[i].Span);
            }

            json.Raw("\""u8);
        }

        if (_details.Count > 0)
        {
            json.Raw(",\"reasoning_details\":["u8);
            for (var i = 0; i < _details.Count; i++)
            {
                json.Raw(i > 0 ? ","u8 : default);
                json.Raw(System.Text.Encoding.UTF8.GetBytes(_details[i]));
            }

            json.Raw("]"u8);
        }
    }

    private ReadOnlyMemory<byte> Remembered(List<ToolUseBlock> calls)
    {
        foreach (var call in calls)
        {
            if (target.Memory?.Find(call.Id.Span) is { } known && !EscapedText.IsBlankText(known.Text.Span))
            {
                return known.Text;
            }
        }

        return default;
    }
}
