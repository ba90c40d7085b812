using System.Buffers;
using System.Net;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Errors;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Hosting;
using Ccr.ProxyService.Providers;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Dispatch;

/// <summary>One call to a provider of the client's own protocol: bytes go through as they are, both ways, with a tap that watches.</summary>
internal sealed class PassThroughAttempt(UpstreamClients clients, DrainLimit drain, IUsageRecorder usage, TimeProvider time)
{
    /// <summary>Sends the request to the target and the answer to the client.</summary>
    public async Task<AttemptOutcome> RunAsync(ProxyCall call, RouteTarget target, int attempt)
    {
        using var clock = new AttemptClock(call.Config.ApiTimeout, time, call.Http.RequestAborted, drain.Token);
        call.Loss = null;
        try
        {
            using var request = UpstreamRequests.PassThrough(target.Provider, target.Model, call.Body, call.Peek.ModelRange, call.Http.Request);
            using var response = await clients.For(call.Config.ProxyUrl).SendAsync(request, clock.Token).ConfigureAwait(false);
            clock.Touch();
            if (response.StatusCode != HttpStatusCode.OK)
            {
                var (error, body) = await UpstreamErrors.ReadAsync(response, target.Provider, time, clock.Token).ConfigureAwait(false);
                return new(error, false, Verbatim: new((int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), body, response));
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
        using var gate = new CommitGate(http.Response.BodyWriter);
        using var tap = new AnthropicStreamTap(target.Provider.Name);
        using var frames = new FrameBuffer();
        var isStream = response.Content.Headers.ContentType?.MediaType?.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase) == true;
        var counted = false;
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(clock.Token).ConfigureAwait(false);
            if (!isStream)
            {
                var whole = await UpstreamErrors.ReadBodyAsync(stream, call.Config.MaxBodyBytes, clock.Token).ConfigureAwait(false);
                tap.ReadWhole(whole);
                if (tap.Error is { } wrong)
                {
                    return new(wrong, false);
                }

                gate.Write(whole);
            }
            else
            {
                while (true)
                {
                    var room = frames.Room();
                    var read = await stream.ReadAsync(room, clock.Token).ConfigureAwait(false);
                    if (read == 0)
                    {
                        break;
                    }

                    clock.Touch();
                    tap.Feed(room.Span[..read]);
                    frames.Advance(read, gate);
                    if (!gate.IsOpen)
                    {
                        if (tap.Error is { } early)
                        {
                            return new(early, false);
                        }

                        if (!tap.HasContent)
                        {
                            continue;
                        }

                        Commit(call, target, attempt, response, gate);
                        usage.StreamStarted();
                        counted = true;
                    }

                    await http.Response.BodyWriter.FlushAsync(clock.Token).ConfigureAwait(false);
                }

                tap.Complete();
                if (tap.IsComplete)
                {
                    // A last event without its empty line.
                    gate.Write(frames.Held);
                }
            }

            Note(call, tap);
            if (tap.Error is { } error)
            {
                if (gate.IsOpen && error.Code == ProviderError.Cut("").Code)
                {
                    // The provider's own error events have passed through; a silent cut has none, so we say it.
                    await SayErrorAsync(call, gate, error).ConfigureAwait(false);
                }

                return new(error, gate.IsOpen);
            }

            if (!gate.IsOpen)
            {
                Commit(call, target, attempt, response, gate);
            }

            await http.Response.BodyWriter.FlushAsync(clock.Token).ConfigureAwait(false);
            return AttemptOutcome.Complete;
        }
        catch (Exception e) when (UpstreamErrors.IsTransport(e))
        {
            Note(call, tap);
            if (tap.IsComplete && gate.IsOpen && !clock.IsClientGone)
            {
                // The last event had come; how the connection ended after it does not matter.
                return AttemptOutcome.Complete;
            }

            var outcome = UpstreamErrors.Outcome(e, clock, target.Provider, gate.IsOpen);
            if (outcome is { Committed: true, Error: { } error })
            {
                await SayErrorAsync(call, gate, error).ConfigureAwait(false);
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
    }

    private static async Task SayErrorAsync(ProxyCall call, CommitGate gate, ProviderError error)
    {
        gate.Write("event: error\ndata: "u8);
        AnthropicErrors.WriteBody(gate, error, call.RequestId);
        gate.Write("\n\n"u8);
        await UpstreamErrors.TryFlushAsync(call.Http).ConfigureAwait(false);
    }

    private static void Note(ProxyCall call, AnthropicStreamTap tap)
    {
        call.Counts = tap.Usage;
        call.StopReason = tap.StopReason;
    }

    private void Commit(ProxyCall call, RouteTarget target, int attempt, HttpResponseMessage from, CommitGate gate)
    {
        call.TimeToFirstContent = time.GetElapsedTime(call.StartTimestamp);
        var response = call.Http.Response;
        response.StatusCode = StatusCodes.Status200OK;
        AnswerHeaders.CopyFrom(from, response);
        response.ContentType = from.Content.Headers.ContentType?.ToString() ?? "application/json";
        if (response.ContentType.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            response.Headers["X-Accel-Buffering"] = "no";
        }

        AnswerHeaders.Set(call, target, attempt + 1);
        gate.Open();
        call.ReleaseBody();
    }
}
