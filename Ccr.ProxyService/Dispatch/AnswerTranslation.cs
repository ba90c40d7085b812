using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Hosting;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Dispatch;

/// <summary>
/// Carries an answer to the client through the canonical form, whatever form either side has: events to events as they come, events gathered into one document, a
/// document played as events.
/// </summary>
internal sealed class AnswerTranslation(ReasoningMemory memory, IUsageRecorder usage, TimeProvider time)
{
    /// <summary>Reads the answer, commits to it at its first content, and writes it to its end.</summary>
    public async Task<AttemptOutcome> CarryAsync(ProxyCall call, TargetPlan plan, int attempt, AnswerReader answer, AttemptClock clock, CanonicalRequest request, TargetOptions options)
    {
        var http = call.Http;
        var provider = plan.Target.Provider;
        using var gate = new CommitGate(http.Response.BodyWriter);
        IMessageSink encoder = call.Stream ? call.Client.StreamEncoder(gate, call, request) : call.Client.MessageEncoder(gate, call, request);
        var meter = new AnswerMeter(encoder, gate);
        var stop = StopRules.IsEnforcedByRouter(request, provider.Protocol, options.Rules) ? new StopSequenceSink(meter, CopyOf(request.StopSequences)) : null;
        IMessageSink sink = stop ?? (IMessageSink)meter;
        if (WantsMemory(provider.Protocol, options))
        {
            sink = new ReasoningRecorder(sink, memory);
        }

        if (request.Tools.Count > 0)
        {
            sink = new DeclaredToolNames(new UniqueToolIds(sink, request), request);
        }

        var recording = call.Stream && !answer.IsEventStream ? new AnswerRecording() : null;
        sink = plan.Wrap(sink, request, options);
        using var decoder = plan.Provider.Decoder((IMessageSink?)recording ?? sink, provider.Name, plan.Target.Model, request);
        var counted = false;
        try
        {
            if (answer.IsEventStream)
            {
                while (!decoder.IsFinished && stop?.Stopped != true)
                {
                    var piece = await answer.ReadAsync().ConfigureAwait(false);
                    if (piece.IsEmpty)
                    {
                        decoder.Complete();
                    }
                    else
                    {
                        decoder.Feed(piece.Span);
                    }

                    if (call.Stream && meter.HasContent && !gate.IsOpen && meter.Failure is null)
                    {
                        Commit(call, plan, attempt, gate);
                        usage.StreamStarted();
                        counted = true;
                    }

                    if (gate.IsOpen)
                    {
                        await http.Response.BodyWriter.FlushAsync(clock.Token).ConfigureAwait(false);
                    }
                }
            }
            else
            {
                decoder.DecodeWhole(await answer.ReadWholeAsync(call.Config.MaxBodyBytes).ConfigureAwait(false));
                if (recording is not null)
                {
                    await recording.PlayAsync(sink, FlushAsync, time, clock.Token).ConfigureAwait(false);
                }
            }

            Note(call, meter);
            if (meter.Failure is { } failure)
            {
                return new(failure, gate.IsOpen);
            }

            if (!gate.IsOpen)
            {
                Commit(call, plan, attempt, gate);
            }

            await http.Response.BodyWriter.FlushAsync(clock.Token).ConfigureAwait(false);
            call.Answered?.Invoke(encoder);
            return AttemptOutcome.Complete;
        }
        catch (Exception e) when (UpstreamErrors.IsTransport(e))
        {
            Note(call, meter);
            var outcome = UpstreamErrors.Outcome(e, clock, provider, gate.IsOpen);
            if (outcome is { Committed: true, Error: { } error })
            {
                // Too late for a status: the stream ends with an event that says so, never as if it were whole.
                encoder.Error(error);
                await UpstreamErrors.TryFlushAsync(http).ConfigureAwait(false);
            }

            return outcome;
        }
        finally
        {
            if (counted)
            {
                usage.StreamEnded();
            }
        }

        async ValueTask FlushAsync()
        {
            if (meter.HasContent && !gate.IsOpen && meter.Failure is null)
            {
                Commit(call, plan, attempt, gate);
                usage.StreamStarted();
                counted = true;
            }

            if (gate.IsOpen)
            {
                await http.Response.BodyWriter.FlushAsync(clock.Token).ConfigureAwait(false);
            }
        }
    }

    private static void Note(ProxyCall call, AnswerMeter meter)
    {
        call.Counts = meter.Counts;
        call.StopReason = meter.Stop is { } stop ? AnthropicWords.Stop(stop) : null;
    }

    private static bool WantsMemory(Dialect dialect, TargetOptions options) =>
        dialect == Dialect.Gemini || (dialect == Dialect.OpenAIChat && (options.Replay == ReasoningReplay.ByModel ? options.Rules.Replay : options.Replay) == ReasoningReplay.ReasoningContentRequired);

    // The request's memory goes back to the pool at the commit; what outlives it is copied.
    private static EscapedText[] CopyOf(List<EscapedText> sequences) => [.. sequences.Select(static s => new EscapedText(s.Bytes.ToArray()))];

    private void Commit(ProxyCall call, TargetPlan plan, int attempt, CommitGate gate)
    {
        call.TimeToFirstContent = time.GetElapsedTime(call.StartTimestamp);
        var response = call.Http.Response;
        response.StatusCode = StatusCodes.Status200OK;
        AnswerHeaders.Set(call, plan.Target, attempt + 1);
        if (call.Stream)
        {
            AnswerHeaders.SetStream(response, call.Client.StreamContentType(call));
        }
        else
        {
            response.ContentType = "application/json";
        }

        gate.Open();
        call.ReleaseBody();
    }
}
