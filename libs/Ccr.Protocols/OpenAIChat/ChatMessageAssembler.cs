using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.OpenAIChat;

/// <summary>
/// Turns the deltas of a Chat Completions answer into one canonical message: opens a block at its first real content, one at a time, in order; keeps
/// the calls of providers that interleave them until the one before is done; decides at the end why the model stopped.
/// The first call streams live; further ones are handed on whole, because only the end of the stream tells that no piece of an earlier call is still to come.
/// </summary>
internal sealed class ChatMessageAssembler(IMessageSink sink)
{
    private readonly List<ChatToolCall> _calls = [];
    private Block _open;
    private bool _started;
    private readonly List<EscapedText> _late = [];
    private bool _sawContent;
    private bool _sawText;
    private bool _sawRefusal;
    private FinishReason _finish;
    private TokenCounts _usage;
    private byte[] _id = [];

    private enum Block
    {
        None,
        Text,
        Thinking,
        Tool,
    }

    private enum FinishReason
    {
        None,
        Stop,
        Length,
        ToolCalls,
        ContentFilter,
        Error,
    }

    private static ReadOnlySpan<byte> CustomBegin => "{\\\"input\\\":\\\""u8;

    private static ReadOnlySpan<byte> CustomEnd => "\\\"}"u8;

    /// <summary>True after End or Error was handed on.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>True once any tool call came.</summary>
    public bool HasCalls => _calls.Count > 0;

    /// <summary>
    /// True when an answer without a reason for stopping may still be taken for whole (Snowflake never gives one): there is text, or there are calls, and no
    /// call's arguments are cut.
    /// </summary>
    public bool IsPlausiblyWhole => (_sawText || _calls.Count > 0) && _calls.TrueForAll(static call => call.IsWhole);

    /// <summary>True once the provider said why it stopped.</summary>
    public bool HasFinishReason => _finish != FinishReason.None;

    /// <summary>Hands on an error; the message is over.</summary>
    public void Fail(ProviderError error)
    {
        if (!IsFinished)
        {
            IsFinished = true;
            sink.Error(error);
        }
    }

    /// <summary>Notes the answer's id and starts the message.</summary>
    public void Start(ReadOnlySpan<byte> id)
    {
        if (_started || IsFinished)
        {
            return;
        }

        _started = true;
        _id = id.ToArray();
        sink.Start(id);
    }

    /// <summary>Notes token counts; the last ones that are not all zero count.</summary>
    public void Usage(in TokenCounts counts)
    {
        if (!counts.IsZero)
        {
            _usage = counts;
        }
    }

    /// <summary>Notes why the model stopped, in any provider's spelling.</summary>
    public void Finish(ReadOnlySpan<byte> reason)
    {
        // wire: synonyms seen in recordings of some forty providers.
        if (reason.IsEmpty)
        {
            return;
        }

        _finish = reason.SequenceEqual("tool_calls"u8) || reason.SequenceEqual("function_call"u8) || reason.SequenceEqual("tool_use"u8) ? FinishReason.ToolCalls
            : reason.SequenceEqual("length"u8) || reason.SequenceEqual("max_tokens"u8) || reason.SequenceEqual("MAX_TOKENS"u8) || reason.SequenceEqual("model_length"u8)
                || reason.SequenceEqual("model_context_window_exceeded"u8) ? FinishReason.Length
            : reason.SequenceEqual("content_filter"u8) || reason.SequenceEqual("sensitive"u8) || reason.SequenceEqual("refusal"u8) || reason.SequenceEqual("SAFETY"u8) ? FinishReason.ContentFilter
            : reason.SequenceEqual("error"u8) || reason.SequenceEqual("network_error"u8) || reason.SequenceEqual("insufficient_system_resource"u8) ? FinishReason.Error
            : FinishReason.Stop;
    }

    /// <summary>A piece of reasoning.</summary>
    public void Reasoning(ReadOnlySpan<byte> escaped)
    {
        if (escaped.IsEmpty || IsFinished)
        {
            return;
        }

        if (_open != Block.Thinking)
        {
            CloseOpen();
            sink.BeginThinking();
            _open = Block.Thinking;
        }

        _sawContent = true;
        if (Utf8.IsValid(escaped))
        {
            sink.Thinking(escaped);
        }
        else
        {
            sink.Thinking(Repair(escaped));
        }
    }

    /// <summary>The signature of the reasoning so far, in its envelope; on its own when no reasoning is open.</summary>
    public void Signature(EscapedText sealedSignature)
    {
        if (_open != Block.Thinking || IsFinished)
        {
            Redacted(sealedSignature);
            return;
        }

        sink.Signature(sealedSignature.Span);
        CloseOpen();
    }

    /// <summary>Reasoning that only the provider can read, in its envelope.</summary>
    public void Redacted(EscapedText sealedData)
    {
        if (IsFinished)
        {
            return;
        }

        if (_calls.Count > 0)
        {
            // Pieces of a call may still be to come, and only one block can be open.
            _late.Add(sealedData);
            return;
        }

        CloseOpen();
        sink.RedactedThinking(sealedData.Span);
    }

    /// <summary>A source of the text; dropped when no text is open that it could belong to.</summary>
    public void Citation(in Citation citation)
    {
        if (_open == Block.Text && !IsFinished && !citation.Url.IsEmpty)
        {
            sink.Citation(citation);
        }
    }

    /// <summary>A piece of text.</summary>
    public void Text(ReadOnlySpan<byte> escaped)
    {
        if (escaped.IsEmpty || IsFinished)
        {
            return;
        }

        if (_open != Block.Text)
        {
            if (_calls.Count > 0)
            {
                if (EscapedText.IsBlankText(escaped))
                {
                    // Line breaks that some parsers leave between two calls.
                    return;
                }

                FlushCalls();
            }

            CloseOpen();
            sink.BeginText();
            _open = Block.Text;
        }

        _sawContent = _sawText = true;
        if (Utf8.IsValid(escaped))
        {
            sink.Text(escaped);
        }
        else
        {
            sink.Text(Repair(escaped));
        }
    }

    /// <summary>A piece of a refusal: text, and the reason for stopping.</summary>
    public void Refusal(ReadOnlySpan<byte> escaped)
    {
        if (!escaped.IsEmpty)
        {
            _sawRefusal = true;
            Text(escaped);
        }
    }

    /// <summary>The call with that index, or with that id when the provider sends no indexes; new if unknown.</summary>
    public ChatToolCall Call(long? index, ReadOnlySpan<byte> id)
    {
        foreach (var known in _calls)
        {
            if (index is { } i ? known.Index == i : !id.IsEmpty && known.Id.SequenceEqual(id))
            {
                return known;
            }
        }

        if (index is null && id.IsEmpty && _calls.Count > 0)
        {
            // Neither index nor id: it goes on with the newest.
            return _calls[^1];
        }

        var call = new ChatToolCall(index ?? _calls.Count);
        _calls.Add(call);
        return call;
    }

    /// <summary>A piece of a call's arguments, already escaped as the content of a string.</summary>
    public void Arguments(ChatToolCall call, ReadOnlySpan<byte> escaped)
    {
        if (IsFinished)
        {
            return;
        }

        _sawContent = true;
        call.Follow(escaped);
        if (call.IsClosed)
        {
            if (!escaped.IsEmpty)
            {
                Fail(new(ErrorKind.Malformed, 0, "The provider went on with a tool call after it had begun something else.") { Code = "tool_call_out_of_order" });
            }

            return;
        }

        if (!Utf8.IsValid(escaped))
        {
            escaped = Repair(escaped);
        }

        // Only the first call of an answer is live, and only once it has a name.
        if (!call.IsOpen && _calls[0] == call && !call.Name.IsEmpty)
        {
            Open(call);
        }

        if (!call.IsOpen || (!call.HasSentArguments && IsPrefixOfNull(call.Pending, escaped)))
        {
            call.Keep(escaped);
            return;
        }

        SendKept(call);
        if (!escaped.IsEmpty)
        {
            call.HasSentArguments = true;
            sink.ToolInput(escaped);
        }
    }

    /// <summary>A piece of a custom call's input, escaped once: as part of the argument {"input": text} it is escaped once more.</summary>
    public void CustomInput(ChatToolCall call, ReadOnlySpan<byte> escaped)
    {
        var twice = new ArrayBufferWriter<byte>(escaped.Length + 32);
        if (!call.IsCustom)
        {
            call.IsCustom = true;
            twice.Write(CustomBegin);
        }

        new RawJsonWriter(twice).EscapeInto(escaped);
        Arguments(call, twice.WrittenSpan);
    }

    /// <summary>The stream is over as its protocol demands: closes what is open and ends the message.</summary>
    public void End()
    {
        if (IsFinished)
        {
            return;
        }

        if (_finish == FinishReason.Error)
        {
            Fail(new(ErrorKind.Server, 0, "The provider ended its answer with an error and gave no reason.") { Code = "finish_reason_error" });
            return;
        }

        Start(default);
        var usable = FlushCalls();
        CloseOpen();
        foreach (var late in _late)
        {
            sink.RedactedThinking(late.Span);
        }

        if (_calls.Count > 0 && usable == 0 && !_sawRefusal && _finish != FinishReason.Length)
        {
            Fail(new(ErrorKind.Malformed, 0, "The provider sent tool calls without a name.") { Code = "tool_call_without_name" });
            return;
        }

        if (IsFinished)
        {
            return;
        }

        IsFinished = true;
        sink.Usage(_usage);
        sink.End(Reason(usable), default);
    }

    /// <summary>True when the provider sent nothing that a person or an agent could use.</summary>
    public bool IsEmpty => !_sawContent && _calls.Count == 0;

    private static bool IsPrefixOfNull(ReadOnlySpan<byte> kept, ReadOnlySpan<byte> piece)
    {
        // Groq sends the arguments "null" for a tool without any; it must not reach the client, so a beginning that could become it waits.
        Span<byte> both = stackalloc byte[8];
        if (kept.Length + piece.Length > 4)
        {
            return false;
        }

        kept.CopyTo(both);
        piece.CopyTo(both[kept.Length..]);
        return "null"u8.StartsWith(both[..(kept.Length + piece.Length)]);
    }

    private static byte[] Repair(ReadOnlySpan<byte> escaped) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(escaped));

    private StopReason Reason(int usableCalls) => _finish switch
    {
        FinishReason.Length => StopReason.MaxTokens,
        FinishReason.ContentFilter => StopReason.Refusal,
        _ when usableCalls > 0 => StopReason.ToolUse,
        _ when _sawRefusal => StopReason.Refusal,
        _ => StopReason.EndTurn,
    };

    private int FlushCalls()
    {
        var usable = 0;
        foreach (var call in _calls)
        {
            if (call.IsClosed)
            {
                usable++;
                continue;
            }

            if (call.Name.IsEmpty)
            {
                continue;
            }

            if (!call.IsOpen)
            {
                Open(call);
            }

            if (call.HasSentArguments || !call.Pending.SequenceEqual("null"u8))
            {
                SendKept(call);
            }

            CloseOpen();
            usable++;
        }

        return usable;
    }

    private void SendKept(ChatToolCall call)
    {
        if (!call.Pending.IsEmpty)
        {
            call.HasSentArguments = true;
            sink.ToolInput(call.Pending);
            call.ClearPending();
        }
    }

    private void Open(ChatToolCall call)
    {
        if (!call.Thought.IsEmpty)
        {
            if (_open == Block.Thinking)
            {
                sink.Signature(call.Thought.Span);
            }
            else
            {
                CloseOpen();
                sink.RedactedThinking(call.Thought.Span);
            }
        }

        CloseOpen();
        call.IsOpen = true;
        _open = Block.Tool;
        Span<byte> id = stackalloc byte[ToolIds.MaxLength];
        sink.BeginToolUse(id[..UniqueId(call, id)], call.Name);
    }

    private int UniqueId(ChatToolCall call, Span<byte> destination)
    {
        if (!call.Id.IsEmpty)
        {
            var duplicate = false;
            foreach (var other in _calls)
            {
                duplicate |= other != call && (other.IsOpen || other.IsClosed) && other.Id.SequenceEqual(call.Id);
            }

            if (!duplicate)
            {
                return ToolIds.Portable(call.Id, destination);
            }
        }

        // No id, or one used twice: derived from the answer and the place, so that it is the same whenever the same bytes come.
        var seed = new byte[_id.Length + call.Id.Length + 24];
        _id.CopyTo(seed);
        call.Id.CopyTo(seed.AsSpan(_id.Length));
        var length = _id.Length + call.Id.Length;
        seed[length++] = (byte)'#';
        System.Buffers.Text.Utf8Formatter.TryFormat(call.Index, seed.AsSpan(length), out var digits);
        "call_"u8.CopyTo(destination);
        Span<byte> hash = stackalloc byte[32];
        System.Security.Cryptography.SHA256.HashData(seed.AsSpan(0, length + digits), hash);
        Convert.TryToHexStringLower(hash[..12], destination[5..], out var written);
        return 5 + written;
    }

    private void CloseOpen()
    {
        if (_open == Block.None)
        {
            return;
        }

        if (_open == Block.Tool)
        {
            foreach (var call in _calls)
            {
                if (call is { IsOpen: true, IsClosed: false, IsCustom: true })
                {
                    sink.ToolInput(CustomEnd);
                }

                call.IsClosed |= call.IsOpen;
            }
        }

        sink.EndBlock();
        _open = Block.None;
    }
}
