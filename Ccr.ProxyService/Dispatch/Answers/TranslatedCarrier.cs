using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Dispatch.Rescue;

namespace Ccr.ProxyService.Dispatch.Answers;

/// <summary>
/// Carries an answer through the canonical form, whatever form either side has: events to events as they come, events gathered into one document, a document played as
/// events; or goes on with a message that another attempt began.
/// </summary>
internal sealed class TranslatedCarrier : AnswerCarrier
{
    private readonly ProxyCall _call;
    private readonly CommitGate? _gate;
    private readonly IMessageSink _encoder;
    private readonly ContinuationSink? _continuation;
    private readonly ClientMessage? _message;
    private readonly AnswerMeter _meter;
    private readonly StopSequenceSink? _stop;
    private readonly IMessageSink _chain;
    private readonly AnswerRecording? _recording;
    private readonly IAnswerDecoder _decoder;

    /// <summary>Carries an answer to a request.</summary>
    /// <param name="call">The client's call.</param>
    /// <param name="plan">The target.</param>
    /// <param name="request">The request as it was sent, in canonical form.</param>
    /// <param name="options">What is known of the target.</param>
    /// <param name="memory">Remembers reasoning that clients lose.</param>
    /// <param name="isDocument">True when the provider's answer is one document.</param>
    /// <param name="continuation">What it goes on with; null for an answer from the beginning.</param>
    public TranslatedCarrier(ProxyCall call, TargetPlan plan, CanonicalRequest request, TargetOptions options, ReasoningMemory memory, bool isDocument, ContinuationSink? continuation)
    {
        _call = call;
        _continuation = continuation;
        IMessageSink next;
        if (continuation is not null)
        {
            next = _encoder = continuation;
        }
        else
        {
            _gate = new CommitGate(call.Http.Response.BodyWriter);
            next = _encoder = call.Stream ? call.Client.StreamEncoder(_gate, call, request, call.ModelSaid(plan.Target)) : call.Client.MessageEncoder(_gate, call, request, call.ModelSaid(plan.Target));
            if (call.Stream && call.IsRescued)
            {
                next = _message = new ClientMessage(_encoder, new Journal(call.Config.Rescue.MaxBytes));
            }
        }

        _meter = new AnswerMeter(next);
        _stop = StopRules.IsEnforcedByRouter(request, plan.Target.Provider.Protocol, options.Rules) ? new StopSequenceSink(_meter, CopyOf(request.StopSequences)) : null;
        var sink = _stop ?? (IMessageSink)_meter;
        if (WantsMemory(plan.Target.Provider.Protocol, options))
        {
            sink = new ReasoningRecorder(sink, memory);
        }

        if (request.Tools.Count > 0)
        {
            sink = new DeclaredToolNames(new UniqueToolIds(sink, request), request);
        }

        _recording = call.Stream && isDocument ? new AnswerRecording() : null;
        _chain = plan.Wrap(sink, request, options);
        _decoder = plan.Provider.Decoder((IMessageSink?)_recording ?? _chain, plan.Target.Provider.Name, plan.Target.Model, request);
    }

    /// <inheritdoc/>
    public override bool HasContent => _meter.HasContent || _recording is { HasContent: true };

    /// <inheritdoc/>
    public override bool IsFinished => _decoder.IsFinished || _stop is { Stopped: true };

    /// <inheritdoc/>
    public override ProviderError? Failure => _meter.Failure ?? _recording?.Failure;

    /// <inheritdoc/>
    public override int ToolCalls => _meter.ToolCalls;

    /// <inheritdoc/>
    public override TokenCounts Counts => _continuation?.Counts ?? _meter.Counts;

    /// <inheritdoc/>
    public override string? StopReason => _meter.Stop is { } stop ? AnthropicWords.Stop(stop) : null;

    /// <inheritdoc/>
    public override string AnswerId => "";

    /// <inheritdoc/>
    public override Action<IBufferWriter<byte>>? KeepAlive => _encoder is IStreamEncoder encoder ? _ => encoder.KeepAlive() : null;

    /// <inheritdoc/>
    public override void Feed(ReadOnlyMemory<byte> piece) => _decoder.Feed(piece.Span);

    /// <inheritdoc/>
    public override void Complete() => _decoder.Complete();

    /// <inheritdoc/>
    public override void ReadWhole(byte[] document) => _decoder.DecodeWhole(document);

    /// <inheritdoc/>
    public override async ValueTask<bool> PlayAsync(ClientStream client, TimeProvider time, CancellationToken cancellationToken)
    {
        if (_recording is null)
        {
            return false;
        }

        await _recording.PlayAsync(_chain, client, time, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public override void Open() => _gate?.Open();

    /// <inheritdoc/>
    public override void SayError(ProviderError error) => (_message?.Encoder ?? _encoder).Error(error);

    /// <inheritdoc/>
    public override bool TryConclude()
    {
        if (_decoder.IsFinished)
        {
            return false;
        }

        _decoder.Complete();
        return _meter.IsComplete;
    }

    /// <inheritdoc/>
    public override ClientMessage? TakeMessage() => _message;

    /// <inheritdoc/>
    public override void Finished()
    {
        if (_continuation is null)
        {
            _call.Answered?.Invoke(_encoder);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _decoder.Dispose();
        _gate?.Dispose();
    }

    private static bool WantsMemory(Dialect dialect, TargetOptions options) =>
        dialect == Dialect.Gemini || (dialect == Dialect.OpenAIChat && (options.Replay == ReasoningReplay.ByModel ? options.Rules.Replay : options.Replay) == ReasoningReplay.ReasoningContentRequired);

    // The request's memory goes back to the pool when it is no longer needed, which may be before the answer ends; what outlives it is copied.
    private static EscapedText[] CopyOf(List<EscapedText> sequences) => [.. sequences.Select(static s => new EscapedText(s.Bytes.ToArray()))];
}
