using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Sse;
using Ccr.ProxyService.Dispatch.Rescue;

namespace Ccr.ProxyService.Dispatch.Answers;

/// <summary>
/// Passes the bytes of a provider of the client's own dialect on as they are, with a tap that watches. Whole events only: a cut in the middle of one never reaches the
/// client. With a rescue in mind it also keeps a journal, and holds the events of a call until the call is complete.
/// </summary>
internal sealed class VerbatimCarrier : AnswerCarrier
{
    private readonly ProxyCall _call;
    private readonly CommitGate _gate;
    private readonly IAnswerTap _tap;
    private readonly DecodingTap? _decoding;
    private readonly Journal? _journal;
    private readonly bool _isChat;
    private readonly bool _isResponses;
    private readonly bool _dropsUsageFrame;
    private readonly FrameSplitter _frames = new();
    private readonly PooledWriter? _heldCall;
    private byte[] _lastFrame = [];
    private int _lastLength;
    private byte[]? _errorFrame;
    private readonly List<byte[]> _items = [];
    private bool _sawDone;
    private bool _isComplete;

    /// <summary>Passes an answer on.</summary>
    /// <param name="call">The client's call.</param>
    /// <param name="plan">The target.</param>
    /// <param name="dropsUsageFrame">True leaves out the chunk of a Chat stream that only tells the usage: we asked for it, the client did not.</param>
    public VerbatimCarrier(ProxyCall call, TargetPlan plan, bool dropsUsageFrame)
    {
        var provider = plan.Target.Provider;
        _call = call;
        _dropsUsageFrame = dropsUsageFrame;
        _isChat = provider.Protocol == Dialect.OpenAIChat;
        _isResponses = provider.Protocol == Dialect.OpenAIResponses;
        _gate = new CommitGate(call.Http.Response.BodyWriter);
        if (call.Stream && call.IsRescued)
        {
            _journal = new Journal(call.Config.Rescue.MaxBytes);
            _heldCall = new PooledWriter(1024);
        }

        if (provider.Protocol == Dialect.Anthropic && _journal is null)
        {
            _tap = new AnthropicTap(provider.Name);
        }
        else
        {
            _decoding = new DecodingTap(sink => plan.Provider.Decoder(sink, provider.Name, plan.Target.Model, null), _journal);
            _tap = _decoding;
        }
    }

    /// <inheritdoc/>
    public override bool HasContent => _tap.HasContent;

    /// <inheritdoc/>
    public override bool IsFinished => _isComplete || (_tap.Error is not null && _journal is not null);

    /// <inheritdoc/>
    public override ProviderError? Failure => _tap.Error;

    /// <inheritdoc/>
    public override int ToolCalls => _tap.ToolCalls;

    /// <inheritdoc/>
    public override TokenCounts Counts => _tap.Usage;

    /// <inheritdoc/>
    public override string? StopReason => _tap.StopReason;

    /// <inheritdoc/>
    public override string AnswerId => _tap.AnswerId;

    /// <inheritdoc/>
    public override Action<IBufferWriter<byte>>? KeepAlive => _call.Client.WriteWaiting;

    /// <inheritdoc/>
    public override void Feed(ReadOnlyMemory<byte> piece)
    {
        _call.Passed?.Invoke(piece);
        var bytes = piece.Span;
        if (_journal is null)
        {
            _tap.Feed(bytes);
            while (_frames.Next(ref bytes) is { IsEmpty: false } frame)
            {
                Write(frame, _gate);
                if (_isResponses)
                {
                    KeepLast(frame);
                }
            }

            return;
        }

        FeedJournal(bytes);
    }

    /// <inheritdoc/>
    public override void Complete()
    {
        _isComplete = true;
        _tap.Complete();
        if (!_tap.IsComplete)
        {
            return;
        }

        // A last event without its empty line.
        ReleaseCall();
        _gate.Write(_frames.Held);
        if (_isChat && !_sawDone && _frames.Held.IndexOf("[DONE]"u8) < 0)
        {
            // Some servers stop after the finish reason; clients wait for the line that ends every stream of this dialect.
            _gate.Write("data: [DONE]\n\n"u8);
        }
    }

    /// <inheritdoc/>
    public override void ReadWhole(byte[] document)
    {
        _isComplete = true;
        _tap.ReadWhole(document);
        if (_tap.Error is null)
        {
            _gate.Write(document);
            _call.Passed?.Invoke(document);
        }
    }

    /// <inheritdoc/>
    public override void Open() => _gate.Open();

    /// <inheritdoc/>
    public override void SayError(ProviderError error)
    {
        if (_errorFrame is not null)
        {
            _gate.Write(_errorFrame);
        }
        else if (_journal is not null || _tap.Error is null || _isComplete)
        {
            // Where nothing is held back, the provider's own error events have passed through; an end too early has none, so we say it.
            _call.Client.WriteStreamError(_gate, error, _call, _tap.AnswerId, _lastFrame.AsSpan(0, _lastLength));
        }
    }

    /// <summary>True when the answer is complete, however the connection ended after it.</summary>
    public bool IsWhole => _tap.IsComplete;

    /// <inheritdoc/>
    public override bool TryConclude()
    {
        if (_journal is null || _tap.Error is not null)
        {
            return false;
        }

        if (_call.Client.Dialect == Dialect.Anthropic)
        {
            // The stop reason has been told: what is missing is only the event that says so once more.
            if (LastFrame.Text(_lastFrame.AsSpan(0, _lastLength), "delta", "stop_reason") is null)
            {
                return false;
            }

            _gate.Write("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"u8);
            return true;
        }

        if (!_isChat)
        {
            return false;
        }

        Complete();
        return _tap.IsComplete;
    }

    /// <inheritdoc/>
    public override ClientMessage? TakeMessage()
    {
        if (_journal is null || _journal.IsOverfull)
        {
            return null;
        }

        _journal.DropOpenCall();
        var output = new SwitchedWriter(_gate);
        var encoder = _call.Client.StreamEncoder(output, _call, _call.Canonical, _call.RequestedModel);
        _journal.Replay(encoder);
        encoder.Resume(_journal.AnswerId, _lastFrame.AsSpan(0, _lastLength), _items);
        output.IsOn = true;
        return new ClientMessage(encoder, _journal);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _tap.Dispose();
        _frames.Dispose();
        _heldCall?.Dispose();
        _gate.Dispose();
    }

    private static bool IsUsageOnly(ReadOnlySpan<byte> frame) =>
        (frame.IndexOf("\"choices\":[]"u8) >= 0 || frame.IndexOf("\"choices\": []"u8) >= 0) && (frame.IndexOf("\"usage\":{"u8) >= 0 || frame.IndexOf("\"usage\": {"u8) >= 0);

    private void Write(ReadOnlySpan<byte> frame, IBufferWriter<byte> output)
    {
        if (IsPassed(frame))
        {
            output.Write(frame);
        }
    }

    private bool IsPassed(ReadOnlySpan<byte> frame)
    {
        if (!_isChat)
        {
            return true;
        }

        _sawDone |= frame.StartsWith("data: [DONE]"u8) || frame.StartsWith("data:[DONE]"u8);
        return !_dropsUsageFrame || !IsUsageOnly(frame);
    }

    private void FeedJournal(ReadOnlySpan<byte> piece)
    {
        // Events that follow one another in the piece go out in one write.
        var run = 0..0;
        var bytes = piece;
        while (!IsFinished && _frames.Next(ref bytes) is { IsEmpty: false } frame)
        {
            _decoding!.FeedFrame(frame);
            if (_tap.Error is not null)
            {
                // Another attempt may still make it good: the client must not see it yet.
                _errorFrame = frame.ToArray();
                break;
            }

            if (_journal!.IsInCall)
            {
                Write(frame, _heldCall!);
                continue;
            }

            if (_heldCall!.Written.IsEmpty && IsPassed(frame) && piece.Overlaps(frame, out var start))
            {
                if (start != run.End.Value)
                {
                    _gate.Write(piece[run]);
                    run = start..start;
                }

                run = run.Start..(start + frame.Length);
            }
            else
            {
                _gate.Write(piece[run]);
                run = 0..0;
                ReleaseCall();
                Write(frame, _gate);
            }

            KeepLast(frame);
        }

        _gate.Write(piece[run]);
    }

    private void ReleaseCall()
    {
        if (_heldCall is { Written.IsEmpty: false })
        {
            _gate.Write(_heldCall.Written.Span);
            _heldCall.Clear();
        }
    }

    private void KeepLast(ReadOnlySpan<byte> frame)
    {
        if (_lastFrame.Length < frame.Length)
        {
            _lastFrame = new byte[Math.Max(512, frame.Length)];
        }

        frame.CopyTo(_lastFrame);
        _lastLength = frame.Length;
        if (_isResponses && _journal is not null && frame.IndexOf("\"response.output_item.done\""u8) >= 0 && LastFrame.Raw(frame, "item") is { } item)
        {
            _items.Add(item);
        }
    }
}
