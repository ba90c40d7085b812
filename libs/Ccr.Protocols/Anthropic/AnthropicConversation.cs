using System.Globalization;
using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Anthropic;

/// <summary>
/// A conversation brought into the order that Anthropic demands: turns alternate and begin with the person; the results of all calls of a turn stand
/// first in the one message that follows it, in call order; every call has a result and every result a call; ids are legal and unique; no block is blank;
/// reasoning is there only if its signature is this provider's own.
/// </summary>
internal sealed class AnthropicConversation
{
    private readonly CanonicalRequest _request;
    private readonly TargetOptions _target;
    private readonly LossReport _loss;
    private readonly bool _isClaude;
    private readonly List<AnthropicTurn> _deferred = [];
    private readonly HashSet<string> _ids = [];

    private AnthropicConversation(CanonicalRequest request, TargetOptions target, LossReport loss)
    {
        _request = request;
        _target = target;
        _loss = loss;
        _isClaude = target.IsClaude();
    }

    /// <summary>The instructions at the head.</summary>
    public List<ContentBlock> System { get; } = [];

    /// <summary>The turns.</summary>
    public List<AnthropicTurn> Turns { get; } = [];

    /// <summary>True when the newest thing said is a tool's result.</summary>
    public bool EndsWithResults => Turns.Count >= 2 && Turns[^1].Blocks is [ToolResultBlock, ..];

    /// <summary>True when the turn that made the calls just answered begins with reasoning.</summary>
    public bool LastCallsBeginWithThinking => Turns.Count >= 2 && Turns[^2].Blocks is [ThinkingBlock or RedactedThinkingBlock, ..];

    /// <summary>Puts a request's conversation in order.</summary>
    public static AnthropicConversation From(CanonicalRequest request, TargetOptions target, LossReport loss)
    {
        var conversation = new AnthropicConversation(request, target, loss);
        conversation.AddSystem();
        foreach (var message in request.Messages)
        {
            conversation.Add(message);
        }

        conversation.Flush();
        conversation.MatchResults();
        if (conversation.Turns.Count == 0 || conversation.Turns[0].Role != MessageRole.User)
        {
            conversation.Turns.Insert(0, Said("(continue)"));
        }

        return conversation;
    }

    /// <summary>Deals with an assistant message at the end: it is continued where the model does that, else it becomes an ordinary turn.</summary>
    public void FinishPrefill(bool isThinking)
    {
        if (Turns[^1] is not { Role: MessageRole.Assistant, Blocks: [.., TextBlock last] } turn)
        {
            return;
        }

        if (_target.Rules.TakesPrefill && !isThinking)
        {
            // A prefill that ends in blanks is refused.
            var trimmed = TrimEnd(last.Text);
            turn.Blocks[^1] = trimmed.Span.Length == last.Text.Span.Length ? last : new TextBlock(trimmed) { CacheControl = last.CacheControl };
            return;
        }

        _loss.Changed(RequestField.Prefill, _request.Dialect, Dialect.Anthropic, "The model does not continue a message that was begun for it. Sent as an ordinary turn.");
        Turns.Add(Said("(continue)"));
    }

    private static AnthropicTurn Said(string text) => new(MessageRole.User, [new TextBlock(EscapedText.From(text))]);

    private static EscapedText TrimEnd(EscapedText text)
    {
        var bytes = text.Bytes;
        while (!bytes.IsEmpty)
        {
            var span = bytes.Span;
            if (span[^1] == ' ')
            {
                bytes = bytes[..^1];
            }
            else if (span.Length >= 2 && span[^2] == '\\' && span[^1] is (byte)'n' or (byte)'r' or (byte)'t' && !IsEscaped(span[..^2]))
            {
                bytes = bytes[..^2];
            }
            else
            {
                break;
            }
        }

        return new(bytes);
    }

    /// <summary>Whether an odd number of backslashes stands at the end, so that the next character is not itself.</summary>
    private static bool IsEscaped(ReadOnlySpan<byte> before)
    {
        var count = 0;
        while (count < before.Length && before[before.Length - 1 - count] == '\\')
        {
            count++;
        }

        return count % 2 == 1;
    }

    private void AddSystem()
    {
        foreach (var block in _request.System)
        {
            if (Usable(block, MessageRole.System, -1) is { } usable)
            {
                if (!_isClaude && usable is TextBlock text && text.Text.Span.StartsWith("x-anthropic-billing-header:"u8))
                {
                    // It differs between conversations and would spoil every prompt cache that keys on the prefix.
                    _loss.Dropped("system[0]", "Claude Code's billing header means nothing to other providers.");
                    continue;
                }

                System.Add(usable);
            }
        }
    }

    private void Add(CanonicalMessage message)
    {
        var blocks = new List<ContentBlock>(message.Content.Count);
        foreach (var block in message.Content)
        {
            if (Usable(block, message.Role, message.Index) is { } usable)
            {
                blocks.Add(usable);
            }
        }

        if (blocks.Count == 0)
        {
            return;
        }

        if (message.Role == MessageRole.System)
        {
            AddSystemInMiddle(blocks);
            return;
        }

        if (message.Role == MessageRole.Assistant)
        {
            Flush();
        }

        Join(message.Role, blocks);
    }

    private void AddSystemInMiddle(List<ContentBlock> blocks)
    {
        if (Turns.Count == 0)
        {
            System.AddRange(blocks);
        }
        else if (!_target.Rules.TakesSystemInMiddle)
        {
            _loss.Changed(RequestField.SystemInMiddle, _request.Dialect, Dialect.Anthropic, "This model takes no instructions in the middle. Said as text of the user's turn.");
            Join(MessageRole.User, blocks.ConvertAll(block => block is TextBlock text ? new TextBlock(Reminder(text.Text)) : block));
        }
        else if (_deferred.Count > 0 || Turns[^1].Blocks.Exists(block => block is ToolUseBlock) || Turns[^1] is { Role: MessageRole.User, Blocks: [.., ToolResultBlock] })
        {
            // Results must follow their calls directly, and more of them may come; the instruction waits.
            _deferred.Add(new(MessageRole.System, blocks));
        }
        else
        {
            Join(MessageRole.System, blocks);
        }
    }

    private static EscapedText Reminder(EscapedText text) =>
        new((byte[])[.. "<system-reminder>\\n"u8, .. text.Span, .. "\\n</system-reminder>"u8]);

    private void Flush()
    {
        foreach (var turn in _deferred)
        {
            Join(turn.Role, turn.Blocks);
        }

        _deferred.Clear();
    }

    private void Join(MessageRole role, List<ContentBlock> blocks)
    {
        if (Turns.Count > 0 && Turns[^1].Role == role)
        {
            Turns[^1].Blocks.AddRange(blocks);
        }
        else
        {
            Turns.Add(new(role, blocks));
        }
    }

    /// <summary>The block as this provider may have it; null when it may not have it at all.</summary>
    private ContentBlock? Usable(ContentBlock block, MessageRole role, int message)
    {
        switch (block)
        {
            case TextBlock text:
                return text.Text.IsBlank ? null : text;
            case MediaBlock:
                throw new FieldPath("messages[{0}].content", message).Fault("", "holds sound or moving pictures, which Anthropic Messages cannot carry.");
            case ThinkingBlock or RedactedThinkingBlock:
                return role == MessageRole.Assistant ? UsableThinking(block) : null;
            case OpaqueBlock { Dialect: not Dialect.Anthropic } opaque:
                _loss.Dropped($"messages[].content[] ({opaque.Type})", "Anthropic Messages has no such block.");
                return null;
            case ToolUseBlock:
                return role == MessageRole.Assistant ? block : null;
            case ToolResultBlock:
                return role == MessageRole.User ? block : null;
            case ImageBlock when role != MessageRole.User:
                _loss.Changed(RequestField.Images, _request.Dialect, Dialect.Anthropic, "Only the person can show images. Said in words.");
                return new TextBlock(EscapedText.From("[image]"));
            case DocumentBlock when role != MessageRole.User && _request.Dialect != Dialect.Anthropic:
                _loss.Changed(RequestField.Documents, _request.Dialect, Dialect.Anthropic, "Only the person can show documents. Said in words.");
                return new TextBlock(EscapedText.From("[document]"));
            default:
                return block;
        }
    }

    private ContentBlock? UsableThinking(ContentBlock block)
    {
        var field = block is ThinkingBlock ? RequestField.ThinkingBlocks : RequestField.RedactedThinking;
        var signature = block is ThinkingBlock { Signature: var s } ? s : ((RedactedThinkingBlock)block).Data;
        if (ReasoningEnvelope.IsEnvelope(signature.Span))
        {
            if (ReasoningEnvelope.Open(signature.Span) is not { } envelope || !envelope.IsFor(Dialect.Anthropic, _target.Provider, _target.Model))
            {
                _loss.Dropped(field, _request.Dialect, Dialect.Anthropic, "Another provider's reasoning, which Anthropic refuses.");
                return null;
            }

            signature = EscapedText.From(envelope.Data);
        }

        // Servers of other makers want the words back though they sign nothing.
        if (signature.IsEmpty && (_isClaude || block is not ThinkingBlock { Text.IsBlank: false }))
        {
            _loss.Dropped(field, _request.Dialect, Dialect.Anthropic, "Reasoning without a signature, which Anthropic refuses.");
            return null;
        }

        if (block is ThinkingBlock thinking)
        {
            return new ThinkingBlock(thinking.Text, signature);
        }

        return new RedactedThinkingBlock(signature);
    }

    private void MatchResults()
    {
        for (var i = 0; i < Turns.Count; i++)
        {
            if (Turns[i].Role == MessageRole.User)
            {
                // The results of an assistant's turn were matched with it; what is left answers nothing.
                if (i == 0 || Turns[i - 1].Role != MessageRole.Assistant)
                {
                    Answer(Turns[i].Blocks, []);
                }

                continue;
            }

            if (Turns[i].Role != MessageRole.Assistant)
            {
                continue;
            }

            Arrange(Turns[i].Blocks);
            var calls = Rekey(Turns[i].Blocks);
            if (calls.Count > 0 && (i + 1 == Turns.Count || Turns[i + 1].Role != MessageRole.User))
            {
                Turns.Insert(i + 1, new(MessageRole.User, []));
            }

            if (i + 1 < Turns.Count && Turns[i + 1].Role == MessageRole.User)
            {
                Answer(Turns[i + 1].Blocks, calls);
            }
        }

        // Results that answered nothing and said nothing may leave a turn empty, and its neighbours side by side.
        for (var i = Turns.Count - 1; i >= 0; i--)
        {
            if (Turns[i].Blocks.Count == 0)
            {
                Turns.RemoveAt(i);
            }
            else if (i + 1 < Turns.Count && Turns[i + 1].Role == Turns[i].Role)
            {
                Turns[i].Blocks.AddRange(Turns[i + 1].Blocks);
                Turns.RemoveAt(i + 1);
            }
        }
    }

    /// <summary>Reasoning first and calls last, which other dialects do not care about; Anthropic's own turns are right as they are.</summary>
    private void Arrange(List<ContentBlock> blocks)
    {
        if (_request.Dialect != Dialect.Anthropic)
        {
            var ordered = new List<ContentBlock>(blocks.Count);
            ordered.AddRange(blocks.FindAll(block => block is ThinkingBlock or RedactedThinkingBlock));
            ordered.AddRange(blocks.FindAll(block => block is not (ThinkingBlock or RedactedThinkingBlock or ToolUseBlock)));
            ordered.AddRange(blocks.FindAll(block => block is ToolUseBlock));
            blocks.Clear();
            blocks.AddRange(ordered);
        }

        // What a client cannot keep may have been remembered here.
        if (_target.Memory is { } memory && !blocks.Exists(block => block is ThinkingBlock or RedactedThinkingBlock)
            && blocks.Find(block => block is ToolUseBlock) is ToolUseBlock call && memory.Find(call.Id.Span) is { } remembered
            && UsableThinking(new ThinkingBlock(new(remembered.Text), new(remembered.Signature))) is { } thinking)
        {
            blocks.Insert(0, thinking);
        }
    }

    /// <summary>Gives every call an id that is legal and that no call before it has; returns the ids before and after.</summary>
    private List<(EscapedText Before, EscapedText After)> Rekey(List<ContentBlock> blocks)
    {
        var calls = new List<(EscapedText Before, EscapedText After)>();
        Span<byte> portable = stackalloc byte[ToolIds.MaxLength];
        for (var i = 0; i < blocks.Count; i++)
        {
            if (blocks[i] is not ToolUseBlock call)
            {
                continue;
            }

            var length = ToolIds.Portable(call.Id.Span, portable);
            var id = Encoding.ASCII.GetString(portable[..length]);
            for (var again = 2; !_ids.Add(id); again++)
            {
                var other = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{call.Id}#{again}"));
                length = ToolIds.Portable(other, portable);
                id = Encoding.ASCII.GetString(portable[..length]);
            }

            var after = call.Id.Span.SequenceEqual(portable[..length]) ? call.Id : new EscapedText(portable[..length].ToArray());
            blocks[i] = call with { Id = after };
            calls.Add((call.Id, after));
        }

        return calls;
    }

    /// <summary>Puts the results of the calls first, in call order; a call without one gets one that says so; a result without a call becomes text.</summary>
    private void Answer(List<ContentBlock> blocks, List<(EscapedText Before, EscapedText After)> calls)
    {
        var answers = new ContentBlock?[calls.Count];
        var rest = new List<ContentBlock>();
        foreach (var block in blocks)
        {
            if (block is not ToolResultBlock result)
            {
                rest.Add(block);
                continue;
            }

            var place = PlaceOf(result.ToolUseId, calls, answers);
            if (place < 0)
            {
                _loss.Changed("messages[].content[] (tool_result)", "It answers no call of the turn before; sent as text.");
                rest.AddRange(result.Content.Where(part => part is not TextBlock { Text.IsBlank: true } and not OpaqueBlock and not ToolResultBlock and not ToolUseBlock));
                continue;
            }

            if (answers[place] is not null)
            {
                _loss.Dropped("messages[].content[] (tool_result)", "A second result of one call; the last one counts.");
            }

            answers[place] = result with { ToolUseId = calls[place].After };
        }

        blocks.Clear();
        for (var i = 0; i < answers.Length; i++)
        {
            if (answers[i] is null)
            {
                _loss.Changed("messages[].content[] (tool_use)", "A call without a result; Anthropic demands one, so it says that the call was interrupted.");
            }

            blocks.Add(answers[i] ?? new ToolResultBlock(calls[i].After, [new TextBlock(EscapedText.From("(no result: the call was interrupted)"))], IsError: true));
        }

        blocks.AddRange(rest);
    }

    /// <summary>The call that a result answers: of several with one id the first that has no answer, else the last.</summary>
    private static int PlaceOf(EscapedText id, List<(EscapedText Before, EscapedText After)> calls, ContentBlock?[] answers)
    {
        var place = -1;
        for (var i = 0; i < calls.Count; i++)
        {
            if (calls[i].Before.Span.SequenceEqual(id.Span))
            {
                place = i;
                if (answers[i] is null)
                {
                    break;
                }
            }
        }

        return place;
    }
}
