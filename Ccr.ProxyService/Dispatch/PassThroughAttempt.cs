using System.Buffers;
using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Health;
using Ccr.ProxyService.Hosting;
using Ccr.ProxyService.Providers;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Dispatch;

/// <summary>One call to a provider of the client's own dialect: bytes go through as they are, both ways, with a tap that watches.</summary>
internal sealed class PassThroughAttempt(UpstreamClients clients, DrainLimit drain, TargetHealth health, AnswerTranslation translation, IUsageRecorder usage, TimeProvider time)
{
    /// <summary>Sends the request to the target and the answer to the client.</summary>
    public async Task<AttemptOutcome> RunAsync(ProxyCall call, TargetPlan plan, Pass pass, int attempt)
    {
        var provider = plan.Target.Provider;
        using var clock = new AttemptClock(call.Config.ApiTimeout, time, call.Http.RequestAborted, drain.Token);
        call.Loss = null;
        PooledWriter? edited = null;
        try
        {
            var asksForUsage = call.Client.Dialect == Dialect.OpenAIChat && call.Stream && !call.Peek.HasStreamOptions;
            if (plan.HasExtraBody)
            {
                edited = EditedBody.Make(call.Body.Span, body =>
                {
                    if (body.ContainsKey("model"))
                    {
                        body["model"] = plan.Target.Model;
                    }

                    plan.EditBody(body, null, plan.Options(null));
                    asksForUsage = asksForUsage && body.TryAdd("stream_options", new JsonObject { ["include_usage"] = true });
                });
            }

            using var request = UpstreamRequests.PassThrough(plan, pass.Key, call, edited?.Written, asksForUsage);
            using var response = await clients.For(call.Config.ProxyUrl).SendAsync(request, clock.Token).ConfigureAwait(false);
            clock.Touch();
            health.Headers(pass, response);
            if (!response.IsSuccessStatusCode)
            {
                var (error, body) = await UpstreamErrors.ReadAsync(response, provider, pass.Key, time, clock.Token).ConfigureAwait(false);
                return new(error, false, Verbatim: new((int)response.StatusCode, AnswerForm.TypeFor(false, response.Content.Headers.ContentType), body, response));
            }

            using var answer = new AnswerReader(response, clock);
            await answer.OpenAsync().ConfigureAwait(false);
            if (answer.IsEventStream != call.Stream)
            {
                // A stream where one document was asked for, or the reverse: the client gets the form it asked for.
                var options = plan.Options(null);
                return await translation.CarryAsync(call, plan, attempt, answer, clock, call.Canonical, options).ConfigureAwait(false);
            }

            return await CarryAsync(call, plan, attempt, response, answer, clock, asksForUsage).ConfigureAwait(false);
        }
        catch (Exception e) when (UpstreamErrors.IsTransport(e))
        {
            return UpstreamErrors.Outcome(e, clock, provider, committed: false);
        }
        finally
        {
            edited?.Dispose();
        }
    }

    private async Task<AttemptOutcome> CarryAsync(ProxyCall call, TargetPlan plan, int attempt, HttpResponseMessage response, AnswerReader answer, AttemptClock clock, bool dropsUsageFrame)
    {
        var http = call.Http;
        var provider = plan.Target.Provider;
        using var gate = new CommitGate(http.Response.BodyWriter);
        using IAnswerTap tap = provider.Protocol == Dialect.Anthropic
            ? new AnthropicTap(provider.Name)
            : new DecodingTap(sink => plan.Provider.Decoder(sink, provider.Name, plan.Target.Model, null));
        using var frames = new FrameBuffer { DropsUsageFrame = dropsUsageFrame };
        var counted = false;
        var told = false;
        try
        {
            if (!answer.IsEventStream)
            {
                var whole = await answer.ReadWholeAsync(call.Config.MaxBodyBytes).ConfigureAwait(false);
                tap.ReadWhole(whole);
                if (tap.Error is { } wrong)
                {
                    return new(wrong, false);
                }

                gate.Write(whole);
                call.Passed?.Invoke(whole);
            }
            else
            {
                while (await answer.ReadAsync().ConfigureAwait(false) is { IsEmpty: false } piece)
                {
                    tap.Feed(piece.Span);
                    call.Passed?.Invoke(piece);
                    frames.Add(piece.Span, gate);
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

                        Commit(call, plan.Target, attempt, response, gate);
                        usage.StreamStarted();
                        counted = true;
                    }

                    await http.Response.BodyWriter.FlushAsync(clock.Token).ConfigureAwait(false);
                }

                told = tap.Error is not null;
                tap.Complete();
                if (tap.IsComplete)
                {
                    // A last event without its empty line.
                    gate.Write(frames.Held);
                    if (provider.Protocol == Dialect.OpenAIChat && !frames.SawDone && frames.Held.IndexOf("[DONE]"u8) < 0)
                    {
                        // Some servers stop after the finish reason; clients wait for the line that ends every stream of this dialect.
                        gate.Write("data: [DONE]\n\n"u8);
                    }
                }
            }

            Note(call, tap);
            if (tap.Error is { } error)
            {
                if (gate.IsOpen && !told)
                {
                    // The provider's own error events have passed through; an end too early has none, so we say it.
                    await SayErrorAsync(call, gate, tap, error).ConfigureAwait(false);
                }

                return new(error, gate.IsOpen);
            }

            if (!gate.IsOpen)
            {
                Commit(call, plan.Target, attempt, response, gate);
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

            var outcome = UpstreamErrors.Outcome(e, clock, provider, gate.IsOpen);
            if (outcome is { Committed: true, Error: { } error })
            {
                await SayErrorAsync(call, gate, tap, error).ConfigureAwait(false);
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

    private static async Task SayErrorAsync(ProxyCall call, CommitGate gate, IAnswerTap tap, ProviderError error)
    {
        call.Client.WriteStreamError(gate, error, call.RequestId, tap.AnswerId);
        await UpstreamErrors.TryFlushAsync(call.Http).ConfigureAwait(false);
    }

    private static void Note(ProxyCall call, IAnswerTap tap)
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
        response.ContentType = AnswerForm.TypeFor(call.Stream, from.Content.Headers.ContentType);
        if (call.Stream)
        {
            response.Headers["X-Accel-Buffering"] = "no";
        }

        AnswerHeaders.Set(call, target, attempt + 1);
        gate.Open();
        call.ReleaseBody();
    }
}
