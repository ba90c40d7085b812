using System.Buffers;
using System.Net;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.OpenAIChat;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Hosting;
using Ccr.ProxyService.Providers;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Dispatch;

/// <summary>One call to a provider of another protocol: the request is encoded for it, its answer decoded, both through the canonical form.</summary>
internal sealed class TranslatedAttempt(UpstreamClients clients, DrainLimit drain, IUsageRecorder usage, TimeProvider time)
{
    // Small, because every open stream holds one; an empty read first would hold none but costs a system call for every event.
    private const int ReadSize = 4 * 1024;

    /// <summary>Sends the request to the target and the answer to the client.</summary>
    public async Task<AttemptOutcome> RunAsync(ProxyCall call, RouteTarget target, int attempt)
    {
        using var clock = new AttemptClock(call.Config.ApiTimeout, time, call.Http.RequestAborted, drain.Token);
        var loss = new LossReport();
        using var body = new PooledWriter(call.Body.Length + 1024);
        ChatRequestEncoder.Encode(call.Canonical, new(target.Provider.Name, target.Model), body, loss);
        call.Loss = loss;
        try
        {
            using var request = UpstreamRequests.Chat(target.Provider, body.Written, call.Stream);
            using var response = await clients.For(call.Config.ProxyUrl).SendAsync(request, clock.Token).ConfigureAwait(false);
            clock.Touch();
            body.Dispose();
            if (response.StatusCode != HttpStatusCode.OK)
            {
                var (error, _) = await UpstreamErrors.ReadAsync(response, target.Provider, time, clock.Token).ConfigureAwait(false);
                return new(error, false);
            }

            return await CarryAsync(call, target, attempt, response, clock).ConfigureAwait(false);
        }
        catch (Exception e) when (UpstreamErrors.IsTransport(e))
        {
            return UpstreamErrors.Outcome(e, clock, target.Provider, committed: false);
        }
    }

    private async Task<AttemptOutcome> CarryAsync(ProxyCall call, RouteTarget target, int attempt, HttpResponseMessage response, AttemptClock clock)
    {
        var http = call.Http;
        var streaming = call.Stream;
        using var gate = new CommitGate(http.Response.BodyWriter);
        var messageId = string.Concat("msg_", call.RequestId.AsSpan(4));
        var model = call.RequestedModel;
        IMessageSink encoder = streaming
            ? new AnthropicStreamEncoder(gate, messageId, model, call.RequestId)
            : new AnthropicMessageEncoder(gate, messageId, model);
        var meter = new AnswerMeter(encoder, gate);
        using var decoder = new ChatStreamDecoder(meter, target.Provider.Name);
        var counted = false;
        var buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(clock.Token).ConfigureAwait(false);
            if (IsEventStream(response))
            {
                while (!decoder.IsFinished)
                {
                    var read = await stream.ReadAsync(buffer, clock.Token).ConfigureAwait(false);
                    if (read > 0)
                    {
                        clock.Touch();
                        decoder.Feed(buffer.AsSpan(0, read));
                    }
                    else
                    {
                        decoder.Complete();
                    }

                    if (streaming && meter.HasContent && !gate.IsOpen && meter.Failure is null)
                    {
                        Commit(call, target, attempt, gate);
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
                var whole = await UpstreamErrors.ReadBodyAsync(stream, call.Config.MaxBodyBytes, clock.Token).ConfigureAwait(false);
                decoder.DecodeWhole(whole);
            }

            call.Counts = meter.Counts;
            call.StopReason = meter.Stop is { } stop ? AnthropicWords.Stop(stop) : null;
            if (meter.Failure is { } failure)
            {
                return new(failure, gate.IsOpen);
            }

            if (!gate.IsOpen)
            {
                Commit(call, target, attempt, gate);
            }

            await http.Response.BodyWriter.FlushAsync(clock.Token).ConfigureAwait(false);
            return AttemptOutcome.Complete;
        }
        catch (Exception e) when (UpstreamErrors.IsTransport(e))
        {
            call.Counts = meter.Counts;
            var outcome = UpstreamErrors.Outcome(e, clock, target.Provider, gate.IsOpen);
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
            ArrayPool<byte>.Shared.Return(buffer);
            if (counted)
            {
                usage.StreamEnded();
            }
        }
    }

    private void Commit(ProxyCall call, RouteTarget target, int attempt, CommitGate gate)
    {
        call.TimeToFirstContent = time.GetElapsedTime(call.StartTimestamp);
        var response = call.Http.Response;
        response.StatusCode = StatusCodes.Status200OK;
        AnswerHeaders.Set(call, target, attempt + 1);
        if (call.Stream)
        {
            AnswerHeaders.SetStream(response);
        }
        else
        {
            response.ContentType = "application/json";
        }

        gate.Open();
        call.ReleaseBody();
    }

    /// <summary>An answer is a stream when its type says so, whatever was asked for.</summary>
    private static bool IsEventStream(HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.MediaType?.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase) == true;
}
