using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.Anthropic;

/// <summary>
/// Turns the blocks of an Anthropic answer into a canonical message: a block is opened at its first real content and closed before the next one, a
/// signature goes out last in its block, calls of the provider's own tools are joined with their results.
/// </summary>
internal sealed class AnthropicMessageAssembler(IMessageSink sink, string provider, string model)
{
    private readonly ArrayBufferWriter<byte> _signature = new(512);
    private readonly ArrayBufferWriter<byte> _wholeInput = new(256);
    private readonly List<AnthropicServerCall> _serverCalls = [];
    private readonly List<byte[]> _ids = [];
    private readonly bool _isClaude = model.Contains("claude", StringComparison.OrdinalIgnoreCase);
    private byte[] _messageId = [];
    private byte[] _stopWord = [];
    private byte[] _stopSequence = [];
    private AnthropicServerCall? _serverCall;
    private Block _open;
    private Block _expected;
    private long _index = -1;
    private bool _sentInput;

    private enum Block
    {
        None,
        Text,
        Thinking,
        Tool,
        Server,
        Ignored,
    }

    /// <summary>True after Start was handed on.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>True after End or Error was handed on.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Hands on an error; the message is over.</summary>
    public void Fail(ProviderError error)
    {
        if (!IsFinished)
        {
            IsFinished = true;
            sink.Error(error);
        }
    }

    /// <summary>Starts the message, once.</summary>
    public void Start(ReadOnlySpan<byte> id)
    {
        if (!IsStarted)
        {
            IsStarted = true;
            _messageId = id.ToArray();
            sink.Start(id);
        }
    }

    /// <summary>Hands on the newest counts.</summary>
    public void Usage(in TokenCounts counts)
    {
        Start(default);
        sink.Usage(counts);
    }

    /// <summary>A text block begins; it is opened when its first words come.</summary>
    public void BeginText(long index) => Expect(Block.Text, index);

    /// <summary>A thinking block begins; it is opened when its first words or its signature come.</summary>
    public void BeginThinking(long index) => Expect(Block.Thinking, index);

    /// <summary>A block begins that means nothing to other dialects.</summary>
    public void BeginIgnored(long index) => Expect(Block.Ignored, index);

    /// <summary>A tool call begins; arguments that came whole count only when no pieces follow.</summary>
    public void BeginTool(long index, ReadOnlySpan<byte> id, ReadOnlySpan<byte> name, ReadOnlySpan<byte> inputJson)
    {
        Expect(Block.Tool, index);
        if (name.IsEmpty)
        {
            Fail(new(ErrorKind.Malformed, 0, $"{provider} sent a tool call without a name.") { Code = "tool_call_without_name" });
            return;
        }

        _wholeInput.ResetWrittenCount();
        if (inputJson.Length > 2 && inputJson[0] == '{')
        {
            new RawJsonWriter(_wholeInput).EscapeInto(inputJson);
        }

        _sentInput = false;
        _open = Block.Tool;
        Span<byte> portable = stackalloc byte[ToolIds.MaxLength];
        sink.BeginToolUse(portable[..UniqueId(id, portable)], Valid(name));
    }

    /// <summary>A call of a tool that the provider runs begins.</summary>
    public void BeginServerTool(long index, ReadOnlySpan<byte> id, ReadOnlySpan<byte> name, ReadOnlySpan<byte> inputJson)
    {
        Expect(Block.Server, index);
        _serverCall = new(id, name);
        _serverCall.KeepWhole(inputJson);
        _serverCalls.Add(_serverCall);
    }

    /// <summary>The call that a result belongs to; null when there is none. It is handed on with <see cref="SendServerTool"/>.</summary>
    public AnthropicServerCall? FindServerCall(ReadOnlySpan<byte> id)
    {
        foreach (var call in _serverCalls)
        {
            if (call.Id.SequenceEqual(id))
            {
                return call;
            }
        }

        return null;
    }

    /// <summary>Hands on a call of the provider's own tool, with what it found.</summary>
    public void SendServerTool(AnthropicServerCall call)
    {
        Close();
        _serverCalls.Remove(call);
        call.Send(sink);
    }

    /// <summary>A whole block of reasoning that cannot be read.</summary>
    public void Redacted(long index, ReadOnlySpan<byte> data)
    {
        Expect(Block.Ignored, index);
        if (!data.IsEmpty)
        {
            sink.RedactedThinking(_isClaude || ReasoningEnvelope.IsEnvelope(data) ? data : Seal(data));
        }
    }

    /// <summary>A piece of text.</summary>
    public void Text(long index, ReadOnlySpan<byte> escaped)
    {
        if (!escaped.IsEmpty)
        {
            Open(Block.Text, index);
            sink.Text(Valid(escaped));
        }
    }

    /// <summary>A source of the text.</summary>
    public void Citation(long index, in Citation citation)
    {
        Open(Block.Text, index);
        sink.Citation(citation);
    }

    /// <summary>A piece of reasoning.</summary>
    public void Thinking(long index, ReadOnlySpan<byte> escaped)
    {
        if (!escaped.IsEmpty)
        {
            Open(Block.Thinking, index);
            sink.Thinking(Valid(escaped));
        }
    }

    /// <summary>The signature of the thinking block: a later one replaces an earlier one.</summary>
    public void Signature(long index, ReadOnlySpan<byte> escaped)
    {
        if (!escaped.IsEmpty)
        {
            Open(Block.Thinking, index);
            _signature.ResetWrittenCount();
            _signature.Write(escaped);
        }
    }

    /// <summary>A piece of a call's arguments.</summary>
    public void Input(long index, ReadOnlySpan<byte> escaped)
    {
        if (escaped.IsEmpty)
        {
            return;
        }

        if (_expected == Block.Server && index == _index)
        {
            _serverCall?.Keep(escaped);
        }
        else if (_open == Block.Tool && index == _index)
        {
            _sentInput = true;
            sink.ToolInput(Valid(escaped));
        }
        else if (_expected != Block.Ignored || index != _index)
        {
            Fail(new(ErrorKind.Malformed, 0, $"{provider} sent arguments for a tool call that is not open.") { Code = "tool_call_out_of_order" });
        }
    }

    /// <summary>The block that is open ends.</summary>
    public void EndBlock()
    {
        Close();
        _expected = Block.None;
    }

    /// <summary>Notes why the model stopped; a null changes nothing.</summary>
    public void Stop(ReadOnlySpan<byte> word, ReadOnlySpan<byte> sequence)
    {
        _stopWord = word.IsEmpty ? _stopWord : word.ToArray();
        _stopSequence = sequence.IsEmpty ? _stopSequence : sequence.ToArray();
    }

    /// <summary>The message is complete.</summary>
    public void End()
    {
        if (IsFinished)
        {
            return;
        }

        Start(default);
        Close();
        foreach (var call in _serverCalls)
        {
            // A paused turn ends with calls whose results are still to come.
            call.Send(sink);
        }

        _serverCalls.Clear();
        IsFinished = true;
        sink.End(Reason(), _stopSequence);
    }

    private StopReason Reason()
    {
        var word = _stopWord.AsSpan();
        return word.SequenceEqual("max_tokens"u8) ? StopReason.MaxTokens
            : word.SequenceEqual("refusal"u8) ? StopReason.Refusal
            : word.SequenceEqual("pause_turn"u8) ? StopReason.PauseTurn
            : word.SequenceEqual("model_context_window_exceeded"u8) ? StopReason.ContextWindowExceeded
            : _ids.Count > 0 ? StopReason.ToolUse
            : word.SequenceEqual("stop_sequence"u8) ? StopReason.StopSequence
            : StopReason.EndTurn;
    }

    private void Expect(Block block, long index)
    {
        Start(default);
        Close();
        _expected = block;
        _index = index;
    }

    /// <summary>Opens a block for content that has come; a piece of another kind than its block was announced as gets a block of its own.</summary>
    private void Open(Block block, long index)
    {
        if (_open == block && _index == index)
        {
            return;
        }

        Start(default);
        Close();
        _expected = block;
        _open = block;
        _index = index;
        if (block == Block.Text)
        {
            sink.BeginText();
        }
        else
        {
            sink.BeginThinking();
        }
    }

    private void Close()
    {
        switch (_open)
        {
            case Block.None:
                return;
            case Block.Thinking when _signature.WrittenCount > 0:
                sink.Signature(_isClaude || ReasoningEnvelope.IsEnvelope(_signature.WrittenSpan) ? _signature.WrittenSpan : Seal(_signature.WrittenSpan));
                _signature.ResetWrittenCount();
                break;
            case Block.Tool when !_sentInput && _wholeInput.WrittenCount > 0:
                sink.ToolInput(Valid(_wholeInput.WrittenSpan));
                break;
        }

        sink.EndBlock();
        _open = Block.None;
    }

    /// <summary>Servers of other makers speak Anthropic's dialect too; their signatures must never reach Anthropic.</summary>
    private byte[] Seal(ReadOnlySpan<byte> escaped) =>
        new ReasoningEnvelope { Origin = Dialect.Anthropic, Provider = provider, Model = model, Data = EscapedText.Unescape(escaped) }.Seal();

    private int UniqueId(ReadOnlySpan<byte> id, Span<byte> destination)
    {
        var length = 0;
        var known = id.IsEmpty;
        if (!known)
        {
            length = ToolIds.Portable(id, destination);
            foreach (var other in _ids)
            {
                known |= other.AsSpan().SequenceEqual(destination[..length]);
            }
        }

        if (known)
        {
            // No id, or one used twice: derived from the answer and the place, so that it is the same whenever the same bytes come.
            Span<byte> seed = stackalloc byte[Math.Min(_messageId.Length, 128) + 24];
            _messageId.AsSpan(0, seed.Length - 24).CopyTo(seed);
            Utf8Formatter.TryFormat(_ids.Count, seed[^24..], out var digits);
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(seed[..(seed.Length - 24 + digits)], hash);
            "toolu_"u8.CopyTo(destination);
            Convert.TryToHexStringLower(hash[..12], destination[6..], out var written);
            length = 6 + written;
        }

        _ids.Add(destination[..length].ToArray());
        return length;
    }

    private static ReadOnlySpan<byte> Valid(ReadOnlySpan<byte> escaped) =>
        Utf8.IsValid(escaped) ? escaped : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(escaped));
}
