using System.Globalization;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>
/// The list of messages. Strict servers want every call answered at once and in order, directly after the message that made it; so results wait for
/// nothing, and whatever else was said between a call and its result comes after the results.
/// </summary>
internal sealed class ChatMessagesWriter
{
    private readonly CanonicalRequest _request;
    private readonly TargetOptions _target;
    private readonly RawJsonWriter _json;
    private readonly LossReport _loss;
    private readonly ChatPartsWriter _parts;
    private readonly ChatReasoningReplay _replay;
    private readonly List<ToolUseBlock> _pendingCalls = [];
    private readonly List<string?> _extraContents = [];
    private readonly List<CanonicalMessage> _deferredSystem = [];
    private readonly List<ContentBlock> _userParts = [];
    private bool _anyMessage;

    public ChatMessagesWriter(CanonicalRequest request, TargetOptions target, RawJsonWriter json, LossReport loss)
    {
        _request = request;
        _target = target;
        _json = json;
        _loss = loss;
        _parts = new(request, target, json, loss);
        _replay = new(request, target, json, loss);
    }

    /// <summary>Writes all messages, without the brackets.</summary>
    public void Write()
    {
        WriteHead();
        var messages = _request.Messages;
        for (var i = 0; i < messages.Count;)
        {
            var role = messages[i].Role;
            var end = i + 1;
            if (role == MessageRole.System)
            {
                WriteSystem(messages[i]);
                i = end;
                continue;
            }

            // Consecutive turns of one role are one turn, as Anthropic itself takes them; an instruction between them does not part them while
            // calls wait for their results.
            while (end < messages.Count && (messages[end].Role == role || (messages[end].Role == MessageRole.System && _pendingCalls.Count > 0 && role == MessageRole.User)))
            {
                end++;
            }

            if (role == MessageRole.Assistant)
            {
                AnswerPendingCalls(null);
                FlushUserParts();
                WriteAssistant(messages, i, end);
            }
            else
            {
                WriteUser(messages, i, end);
            }

            i = end;
        }

        AnswerPendingCalls(null);
        FlushUserParts();
    }

    private void WriteHead()
    {
        if (_target.KeepCacheControl && _request.System.Exists(static b => b.CacheControl.IsPresent))
        {
            BeginMessage("system"u8);
            _json.Raw("\"content\":["u8);
            var parts = 0;
            foreach (var block in _request.System)
            {
                if (IsInstruction(block))
                {
                    _json.Raw(parts++ > 0 ? ","u8 : default);
                    _parts.Write(block);
                }
            }

            _json.Raw("]}"u8);
            return;
        }

        var any = false;
        foreach (var block in _request.System)
        {
            if (!IsInstruction(block))
            {
                continue;
            }

            _parts.NoteCacheControl(block);
            if (!any)
            {
                BeginMessage("system"u8);
            }

            _json.Raw(any ? "\\n\\n"u8 : "\"content\":\""u8);
            _json.Raw(((TextBlock)block).Text.Span);
            any = true;
        }

        if (any)
        {
            _json.Raw("\"}"u8);
        }
    }

    private bool IsInstruction(ContentBlock block)
    {
        if (block is not TextBlock { Text.IsBlank: false } text)
        {
            return false;
        }

        if (!ClaudeCodePrompt.IsBillingHeader(text.Text.Span))
        {
            return true;
        }

        // It differs between conversations and would spoil every prompt cache that keys on the prefix.
        _loss.Dropped("system[0]", ClaudeCodePrompt.BillingHeaderReason);
        return false;
    }

    private void WriteSystem(CanonicalMessage message)
    {
        if (_pendingCalls.Count > 0)
        {
            // Results must follow their calls directly; the instruction waits for them.
            _deferredSystem.Add(message);
            return;
        }

        if (!_target.Rules.TakesSystemInMiddle && _anyMessage)
        {
            // Templates of such servers refuse it, or move it; as the person's words it stays where it was said.
            foreach (var block in message.Content)
            {
                if (block is TextBlock { Text.IsBlank: false } text)
                {
                    _loss.Changed(RequestField.SystemInMiddle, _request.Dialect, Dialect.OpenAIChat, "This model takes instructions at the head only; said as text of the user's turn.");
                    _userParts.Add(new TextBlock(ClaudeCodePrompt.Reminder(text.Text)));
                }
            }

            return;
        }

        FlushUserParts();
        var any = false;
        foreach (var block in message.Content)
        {
            if (block is TextBlock { Text.IsBlank: false } text)
            {
                if (!any)
                {
                    BeginMessage("system"u8);
                }

                _json.Raw(any ? "\\n\\n"u8 : "\"content\":\""u8);
                any = true;
                _json.Raw(text.Text.Span);
            }
        }

        if (any)
        {
            _json.Raw("\"}"u8);
        }
    }

    private void WriteAssistant(List<CanonicalMessage> messages, int from, int to)
    {
        _replay.Begin();
        _extraContents.Clear();
        var hasText = false;
        var started = false;
        for (var i = from; i < to; i++)
        {
            foreach (var block in messages[i].Content)
            {
                switch (block)
                {
                    case TextBlock { Text.IsEmpty: false } text:
                        if (!started)
                        {
                            BeginMessage("assistant"u8);
                            started = true;
                        }

                        _json.Raw(hasText ? "\\n"u8 : "\"content\":\""u8);
                        hasText = true;
                        _json.Raw(text.Text.Span);
                        _parts.NoteCacheControl(text);
                        break;
                    case ToolUseBlock call:
                        _pendingCalls.Add(RepeatedCalls.Distinct(call, _pendingCalls));
                        _extraContents.Add(_replay.TakeExtraContent());
                        break;
                    case ThinkingBlock or RedactedThinkingBlock:
                        _replay.Note(block);
                        break;
                    case OpaqueBlock opaque:
                        _loss.Dropped($"{FieldTable.Name(RequestField.OpaqueBlocks, _request.Dialect)} ({opaque.Type})", "Chat Completions has no such block.");
                        break;
                    case ImageBlock or DocumentBlock or MediaBlock:
                        _loss.Dropped(RequestField.Images, _request.Dialect, Dialect.OpenAIChat, "An assistant message holds text only.");
                        break;
                }
            }
        }

        if (hasText)
        {
            _json.Raw("\""u8);
        }

        if (_pendingCalls.Count == 0)
        {
            if (started)
            {
                _replay.Write(_pendingCalls);
                _json.Raw("}"u8);
            }

            return;
        }

        if (!started)
        {
            BeginMessage("assistant"u8);
        }

        // Content may only be null beside tool calls, and must not be empty there.
        if (!hasText)
        {
            _json.Raw("\"content\":null"u8);
        }

        _replay.Write(_pendingCalls);
        _json.Raw(",\"tool_calls\":["u8);
        for (var i = 0; i < _pendingCalls.Count; i++)
        {
            WriteCall(_pendingCalls[i], _extraContents[i], i > 0);
        }

        _json.Raw("]}"u8);
    }

    private void WriteCall(ToolUseBlock call, string? extraContent, bool comma)
    {
        _json.Raw(comma ? ",{\"id\":"u8 : "{\"id\":"u8);
        WriteToolId(call.Id);
        _json.Raw(",\"type\":\"function\",\"function\":{\"name\":"u8);
        ToolNames.Write(_json, call.Name);
        _json.Raw(",\"arguments\":\""u8);
        if (call.Input.IsNullOrAbsent || call.Input.Span.SequenceEqual("\"\""u8))
        {
            _json.Raw("{}"u8);
        }
        else
        {
            _json.EscapeInto(call.Input.Span);
        }

        _json.Raw("\"}"u8);
        if (extraContent is not null)
        {
            _json.Raw(","u8);
            _json.Raw(System.Text.Encoding.UTF8.GetBytes(extraContent));
        }

        _json.Raw("}"u8);
    }

    private void WriteUser(List<CanonicalMessage> messages, int from, int to)
    {
        var results = _pendingCalls.Count > 0 ? new Dictionary<ReadOnlyMemory<byte>, ToolResultBlock>(BytesComparer.Instance) : null;
        for (var i = from; i < to; i++)
        {
            if (messages[i].Role == MessageRole.System)
            {
                continue;
            }

            foreach (var block in messages[i].Content)
            {
                if (block is ToolResultBlock result)
                {
                    if (results is not null && RepeatedCalls.Find(_pendingCalls, result.ToolUseId) >= 0)
                    {
                        // A call that was answered twice keeps the newer answer; of calls that shared an id each gets its own.
                        results[Place(results, result.ToolUseId).Bytes] = result;
                    }
                    else
                    {
                        _loss.Changed($"messages[{messages[i].Index.ToString(CultureInfo.InvariantCulture)}] (tool result)", "It answers no call of the turn before; sent as text.");
                        _userParts.AddRange(result.Content.Where(static part => part is not ToolResultBlock and not ToolUseBlock));
                    }
                }
            }
        }

        AnswerPendingCalls(results);
        FlushDeferredSystem();
        for (var i = from; i < to; i++)
        {
            if (messages[i].Role == MessageRole.System)
            {
                // In its place among what the person says.
                WriteSystem(messages[i]);
                continue;
            }

            foreach (var block in messages[i].Content)
            {
                if (block is not ToolResultBlock)
                {
                    _userParts.Add(block);
                }
            }
        }

        if (_target.Rules.TakesSystemInMiddle)
        {
            FlushUserParts();
        }
    }

    private EscapedText Place(Dictionary<ReadOnlyMemory<byte>, ToolResultBlock> results, EscapedText id)
    {
        var place = id;
        for (var number = 2; results.ContainsKey(place.Bytes); number++)
        {
            place = RepeatedCalls.Numbered(id, number);
            if (RepeatedCalls.Find(_pendingCalls, place) < 0)
            {
                return id;
            }
        }

        return place;
    }

    /// <summary>Writes one tool message per open call, in call order; media found in them are added to the user's parts.</summary>
    private void AnswerPendingCalls(Dictionary<ReadOnlyMemory<byte>, ToolResultBlock>? results)
    {
        foreach (var call in _pendingCalls)
        {
            BeginMessage("tool"u8);
            _json.Raw("\"tool_call_id\":"u8);
            WriteToolId(call.Id);
            _json.Raw(",\"content\":\""u8);
            if (results is not null && results.TryGetValue(call.Id.Bytes, out var result))
            {
                WriteResultText(result);
            }
            else
            {
                _loss.Changed("messages[] (tool call)", "A call without a result; servers demand one, so it says that the call was interrupted.");
                _json.Raw("(no result: the call was interrupted)"u8);
            }

            _json.Raw("\"}"u8);
        }

        _pendingCalls.Clear();
        if (results is null)
        {
            FlushDeferredSystem();
        }
    }

    private void FlushDeferredSystem()
    {
        foreach (var message in _deferredSystem)
        {
            WriteSystem(message);
        }

        _deferredSystem.Clear();
    }

    private void WriteResultText(ToolResultBlock result)
    {
        var any = false;
        if (result.IsError)
        {
            _json.Raw("Error: "u8);
            any = true;
        }

        var separator = false;
        foreach (var block in result.Content)
        {
            if (separator)
            {
                _json.Raw("\\n"u8);
            }

            separator = true;
            switch (block)
            {
                case TextBlock text:
                    _json.Raw(text.Text.Span);
                    any |= !text.Text.IsEmpty;
                    break;
                case ImageBlock or DocumentBlock or MediaBlock:
                    _json.Raw("(see the attachment in the next message)"u8);
                    _userParts.Add(block);
                    any = true;
                    break;
                case OpaqueBlock opaque:
                    _json.EscapeInto(opaque.Raw.Span);
                    any = true;
                    break;
            }
        }

        if (!any)
        {
            _json.Raw("(no output)"u8);
        }
    }

    private void FlushUserParts()
    {
        if (_userParts.Count == 0)
        {
            return;
        }

        if (_userParts is [TextBlock single] && !(_target.KeepCacheControl && single.CacheControl.IsPresent))
        {
            BeginMessage("user"u8);
            _json.Raw("\"content\":"u8);
            _json.Escaped(single.Text.Span);
            _json.Raw("}"u8);
            _parts.NoteCacheControl(single);
            _userParts.Clear();
            return;
        }

        var any = false;
        foreach (var block in _userParts)
        {
            if (!_parts.CanWrite(block))
            {
                continue;
            }

            if (!any)
            {
                BeginMessage("user"u8);
            }

            _json.Raw(any ? ","u8 : "\"content\":["u8);
            any = true;
            _parts.Write(block);
        }

        if (any)
        {
            _json.Raw("]}"u8);
        }

        _userParts.Clear();
    }

    private void BeginMessage(ReadOnlySpan<byte> role)
    {
        _json.Raw(_anyMessage ? ",{\"role\":\""u8 : "{\"role\":\""u8);
        _anyMessage = true;
        _json.Raw(role);
        _json.Raw("\","u8);
    }

    private void WriteToolId(EscapedText id)
    {
        Span<byte> portable = stackalloc byte[ToolIds.MaxLength];
        var length = _target.Rules.NineCharacterToolIds ? ToolIds.NineCharacters(id.Span, portable) : ToolIds.Portable(id.Span, portable);
        _json.Escaped(portable[..length]);
    }
}
