using System.Buffers;
using System.Globalization;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>
/// Writes a canonical request as an OpenAI Chat Completions body. The order of things follows what strict servers demand: every tool call is answered at
/// once and in order, before anything else the person said; one assistant message per turn; no empty lists.
/// </summary>
public sealed class ChatRequestEncoder
{
    private static ReadOnlySpan<byte> BillingHeader => "x-anthropic-billing-header:"u8;

    private readonly RawJsonWriter _json;
    private readonly CanonicalRequest _request;
    private readonly ModelRules _rules;
    private readonly LossReport _loss;
    private readonly List<ToolUseBlock> _pendingCalls = [];
    private readonly List<CanonicalMessage> _deferredSystem = [];
    private readonly List<ContentBlock> _userParts = [];
    private bool _anyMessage;

    private ChatRequestEncoder(CanonicalRequest request, TargetOptions target, IBufferWriter<byte> output, LossReport loss)
    {
        _request = request;
        _json = new(output);
        _rules = target.Rules;
        _loss = loss;
    }

    /// <summary>Writes the body for a model; what the protocol cannot say goes into the loss report.</summary>
    public static void Encode(CanonicalRequest request, TargetOptions target, IBufferWriter<byte> output, LossReport loss) =>
        new ChatRequestEncoder(request, target, output, loss).Write(target.Model);

    private void Write(string model)
    {
        _json.Raw("{\"model\":"u8);
        _json.Quoted(model);
        _json.Raw(",\"messages\":["u8);
        WriteSystem();
        WriteMessages();
        _json.Raw("]"u8);
        WriteLimits();
        WriteTools();
        WriteReasoning();
        WriteOutputFormat();
        if (_request.Stream)
        {
            // Without include_usage most servers send no token counts on a stream.
            _json.Raw(",\"stream\":true,\"stream_options\":{\"include_usage\":true}"u8);
        }

        _json.Raw("}"u8);
        foreach (var extension in _request.Extensions)
        {
            _loss.Dropped(extension.Key, "Chat Completions has no such field.");
        }
    }

    private void WriteSystem()
    {
        var any = false;
        foreach (var block in _request.System)
        {
            if (block is not TextBlock text || text.Text.IsBlank)
            {
                continue;
            }

            if (text.Text.Span.StartsWith(BillingHeader))
            {
                // It differs between conversations and would spoil every prompt cache that keys on the prefix.
                _loss.Dropped("system[0]", "Claude Code's billing header means nothing to other providers.");
                continue;
            }

            NoteCacheControl(text, "system[].cache_control");
            _json.Raw(any ? "\\n\\n"u8 : "{\"role\":\"system\",\"content\":\""u8);
            _json.Raw(text.Text.Span);
            any = true;
        }

        if (any)
        {
            _json.Raw("\"}"u8);
            _anyMessage = true;
        }
    }

    private void WriteMessages()
    {
        var messages = _request.Messages;
        for (var i = 0; i < messages.Count;)
        {
            var role = messages[i].Role;
            var end = i + 1;
            if (role == MessageRole.System)
            {
                WriteSystemMessage(messages[i]);
                i = end;
                continue;
            }

            // Consecutive turns of one role are one turn, as Anthropic itself takes them; a system message between them does not part them
            // while calls wait for their results.
            while (end < messages.Count && (messages[end].Role == role || (messages[end].Role == MessageRole.System && _pendingCalls.Count > 0 && role == MessageRole.User)))
            {
                if (messages[end].Role == MessageRole.System)
                {
                    _deferredSystem.Add(messages[end]);
                }

                end++;
            }

            if (role == MessageRole.Assistant)
            {
                AnswerPendingCalls(default);
                WriteAssistant(messages, i, end);
            }
            else
            {
                WriteUser(messages, i, end);
            }

            i = end;
        }

        AnswerPendingCalls(default);
    }

    private void WriteSystemMessage(CanonicalMessage message)
    {
        if (_pendingCalls.Count > 0)
        {
            // Results must follow their calls directly; the instruction waits for them.
            _deferredSystem.Add(message);
            return;
        }

        var any = false;
        foreach (var block in message.Content)
        {
            if (block is TextBlock { Text.IsBlank: false } text)
            {
                if (!any)
                {
                    BeginMessage("system"u8);
                    _json.Raw("\"content\":\""u8);
                }
                else
                {
                    _json.Raw("\\n\\n"u8);
                }

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
                        NoteCacheControl(text, "messages[].content[].cache_control");
                        break;
                    case ToolUseBlock call:
                        _pendingCalls.Add(call);
                        break;
                    case ThinkingBlock or RedactedThinkingBlock:
                        _loss.Dropped("messages[].content[] (thinking)", "Reasoning of earlier turns has no place in Chat Completions.");
                        break;
                    case OpaqueBlock opaque:
                        _loss.Dropped($"messages[].content[] ({opaque.Type})", "Chat Completions has no such block.");
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
                _json.Raw("}"u8);
            }

            return;
        }

        if (!started)
        {
            BeginMessage("assistant"u8);
        }

        // Content may only be null beside tool calls, and must not be empty there.
        _json.Raw(hasText ? ",\"tool_calls\":["u8 : "\"content\":null,\"tool_calls\":["u8);
        for (var i = 0; i < _pendingCalls.Count; i++)
        {
            var call = _pendingCalls[i];
            _json.Raw(i > 0 ? ",{\"id\":"u8 : "{\"id\":"u8);
            WriteToolId(call.Id);
            _json.Raw(",\"type\":\"function\",\"function\":{\"name\":"u8);
            _json.Escaped(call.Name.Span);
            _json.Raw(",\"arguments\":\""u8);
            if (call.Input.IsNullOrAbsent || call.Input.Span.SequenceEqual("\"\""u8))
            {
                _json.Raw("{}"u8);
            }
            else
            {
                _json.EscapeInto(call.Input.Span);
            }

            _json.Raw("\"}}"u8);
        }

        _json.Raw("]}"u8);
    }

    private void WriteUser(List<CanonicalMessage> messages, int from, int to)
    {
        _userParts.Clear();
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
                    if (results is not null && IsPending(result.ToolUseId))
                    {
                        results[result.ToolUseId.Bytes] = result;
                    }
                    else
                    {
                        _loss.Changed($"messages[{messages[i].Index.ToString(CultureInfo.InvariantCulture)}].content[] (tool_result)", "It answers no call of the turn before; sent as text.");
                        _userParts.AddRange(result.Content);
                    }
                }
            }
        }

        AnswerPendingCalls(results);
        for (var i = from; i < to; i++)
        {
            if (messages[i].Role == MessageRole.System)
            {
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

        WriteUserParts();
        FlushDeferredSystem();
    }

    private bool IsPending(EscapedText id)
    {
        foreach (var call in _pendingCalls)
        {
            if (call.Id.Span.SequenceEqual(id.Span))
            {
                return true;
            }
        }

        return false;
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
                _loss.Changed("messages[].content[] (tool_use)", "A call without a result; servers demand one, so it says that the call was interrupted.");
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
            WriteSystemMessage(message);
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
                case ImageBlock or DocumentBlock:
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

    private void WriteUserParts()
    {
        if (_userParts.Count == 0)
        {
            return;
        }

        if (_userParts is [TextBlock single])
        {
            BeginMessage("user"u8);
            _json.Raw("\"content\":"u8);
            _json.Escaped(single.Text.Span);
            _json.Raw("}"u8);
            NoteCacheControl(single, "messages[].content[].cache_control");
            return;
        }

        var any = false;
        foreach (var block in _userParts)
        {
            if (block is TextBlock { Text.IsEmpty: true })
            {
                continue;
            }

            if (block is OpaqueBlock { Type: var type })
            {
                _loss.Dropped($"messages[].content[] ({type})", "Chat Completions has no such block.");
                continue;
            }

            if (!any)
            {
                BeginMessage("user"u8);
                _json.Raw("\"content\":["u8);
            }
            else
            {
                _json.Raw(","u8);
            }

            any = true;
            WritePart(block);
        }

        if (any)
        {
            _json.Raw("]}"u8);
        }
    }

    private void WritePart(ContentBlock block)
    {
        switch (block)
        {
            case TextBlock text:
                _json.Raw("{\"type\":\"text\",\"text\":"u8);
                _json.Escaped(text.Text.Span);
                _json.Raw("}"u8);
                NoteCacheControl(text, "messages[].content[].cache_control");
                break;
            case ImageBlock image:
                _json.Raw("{\"type\":\"image_url\",\"image_url\":{\"url\":\""u8);
                WriteUrl(image.MediaType, image.Data, image.Url);
                _json.Raw("\"}}"u8);
                break;
            case DocumentBlock { Url.IsEmpty: true } document when document.MediaType.Span.SequenceEqual("text/plain"u8):
                _json.Raw("{\"type\":\"text\",\"text\":\""u8);
                if (!document.Title.IsEmpty)
                {
                    _json.Raw(document.Title.Span);
                    _json.Raw("\\n\\n"u8);
                }

                _json.Raw(document.Data.Span);
                _json.Raw("\"}"u8);
                break;
            case DocumentBlock document:
                _json.Raw("{\"type\":\"file\",\"file\":{\"filename\":\""u8);
                _json.Raw(document.Title.IsEmpty ? "document.pdf"u8 : document.Title.Span);
                _json.Raw("\",\"file_data\":\""u8);
                WriteUrl(document.MediaType, document.Data, document.Url);
                _json.Raw("\"}}"u8);
                break;
            default:
                _json.Raw("{\"type\":\"text\",\"text\":\"\"}"u8);
                break;
        }
    }

    private void WriteUrl(EscapedText mediaType, EscapedText data, EscapedText url)
    {
        if (!url.IsEmpty)
        {
            _json.Raw(url.Span);
            return;
        }

        _json.Raw("data:"u8);
        _json.Raw(mediaType.Span);
        _json.Raw(";base64,"u8);
        _json.Raw(data.Span);
    }

    private void WriteLimits()
    {
        if (_request.MaxTokens is { } max)
        {
            _json.Raw(_rules.UsesMaxCompletionTokens ? ",\"max_completion_tokens\":"u8 : ",\"max_tokens\":"u8);
            _json.Number(Math.Max(1, max));
        }

        WriteSampling("temperature", ",\"temperature\":"u8, _request.Temperature);
        WriteSampling("top_p", ",\"top_p\":"u8, _request.TopP);
        if (_request.TopK.IsPresent)
        {
            _loss.Dropped("top_k", "Chat Completions has no such field.");
        }

        if (_request.StopSequences.Count == 0)
        {
            return;
        }

        if (!_rules.TakesStop)
        {
            _loss.Dropped("stop_sequences", "This model refuses stop.");
            return;
        }

        const int most = 4;
        _json.Raw(",\"stop\":["u8);
        for (var i = 0; i < Math.Min(most, _request.StopSequences.Count); i++)
        {
            if (i > 0)
            {
                _json.Raw(","u8);
            }

            _json.Escaped(_request.StopSequences[i].Span);
        }

        _json.Raw("]"u8);
        if (_request.StopSequences.Count > most)
        {
            _loss.Dropped("stop_sequences[4…]", "Chat Completions takes four at most.");
        }
    }

    private void WriteSampling(string name, ReadOnlySpan<byte> field, RawJson value)
    {
        if (!value.IsPresent)
        {
            return;
        }

        if (_rules.Sampling == SamplingRule.Refused)
        {
            _loss.Dropped(name, "This model refuses sampling parameters.");
            return;
        }

        _json.Raw(field);
        _json.Raw(value.Span);
    }

    private void WriteTools()
    {
        var any = false;
        foreach (var tool in _request.Tools)
        {
            if (!tool.IsClientTool)
            {
                _loss.Dropped($"tools[] ({(tool.Name.IsEmpty ? tool.Type : tool.Name)})", "The provider's own tool of another protocol; never sent as an empty function.");
                continue;
            }

            _json.Raw(any ? ","u8 : ",\"tools\":["u8);
            any = true;
            _json.Raw("{\"type\":\"function\",\"function\":{\"name\":"u8);
            _json.Escaped(tool.Name.Span);
            if (!tool.Description.IsEmpty)
            {
                _json.Raw(",\"description\":"u8);
                _json.Escaped(tool.Description.Span);
            }

            _json.Raw(",\"parameters\":"u8);
            _json.Raw(tool.InputSchema.IsNullOrAbsent ? "{\"type\":\"object\",\"properties\":{}}"u8 : tool.InputSchema.Span);
            _json.Raw("}}"u8);
        }

        if (!any)
        {
            // tool_choice without tools is refused everywhere.
            if (_request.ToolChoice is ToolChoice.Any or ToolChoice.Named)
            {
                _loss.Dropped("tool_choice", "No tool is left that this protocol can declare.");
            }

            return;
        }

        _json.Raw("]"u8);
        switch (_request.ToolChoice)
        {
            case ToolChoice.Auto:
                _json.Raw(",\"tool_choice\":\"auto\""u8);
                break;
            case ToolChoice.Any:
                _json.Raw(",\"tool_choice\":\"required\""u8);
                break;
            case ToolChoice.None:
                _json.Raw(",\"tool_choice\":\"none\""u8);
                break;
            case ToolChoice.Named when _request.Tools.Exists(t => t.IsClientTool && t.Name.Span.SequenceEqual(_request.ToolChoiceName.Span)):
                _json.Raw(",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":"u8);
                _json.Escaped(_request.ToolChoiceName.Span);
                _json.Raw("}}"u8);
                break;
            case ToolChoice.Named:
                _loss.Dropped("tool_choice", "The tool it names is not declared to this provider.");
                break;
        }

        if (_request.DisableParallelTools)
        {
            _json.Raw(",\"parallel_tool_calls\":false"u8);
        }
    }

    private void WriteReasoning()
    {
        if (_request.Thinking == ThinkingMode.Unset && _request.Effort.IsEmpty)
        {
            return;
        }

        if (_rules.Effort == EffortLevels.Unknown)
        {
            if (_request.Thinking is ThinkingMode.Enabled or ThinkingMode.Adaptive)
            {
                _loss.Dropped("thinking", "This model is not known to take reasoning_effort; it reasons as it does by itself.");
            }

            return;
        }

        _json.Raw(",\"reasoning_effort\":\""u8);
        _json.Raw(EffortWord());
        _json.Raw("\""u8);
    }

    private ReadOnlySpan<byte> EffortWord()
    {
        if (_request.Thinking == ThinkingMode.Disabled)
        {
            return "low"u8;
        }

        var effort = _request.Effort.Span;
        if (!effort.IsEmpty)
        {
            // Chat servers agree on three words; what is above the highest is the highest.
            return effort.SequenceEqual("low"u8) || effort.SequenceEqual("medium"u8) ? effort : "high"u8;
        }

        return _request.ThinkingBudget switch
        {
            null => "medium"u8,
            <= 1024 => "low"u8,
            <= 8192 => "medium"u8,
            _ => "high"u8,
        };
    }

    private void WriteOutputFormat()
    {
        if (_request.OutputSchema.IsNullOrAbsent)
        {
            return;
        }

        _json.Raw(",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"output\",\"schema\":"u8);
        _json.Raw(_request.OutputSchema.Span);
        _json.Raw("}}"u8);
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
        _json.Escaped(portable[..ToolIds.Portable(id.Span, portable)]);
    }

    private void NoteCacheControl(TextBlock block, string path)
    {
        if (block.CacheControl.IsPresent)
        {
            _loss.Dropped(path, "Chat Completions caches by itself; strict servers refuse the marker.");
        }
    }

    private sealed class BytesComparer : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        public static readonly BytesComparer Instance = new();

        public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode(ReadOnlyMemory<byte> obj)
        {
            var hash = default(HashCode);
            hash.AddBytes(obj.Span);
            return hash.ToHashCode();
        }
    }
}
