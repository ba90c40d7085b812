using System.Globalization;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Gemini;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Attach;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dialects;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Keys;
using Ccr.ProxyService.Modes;
using Ccr.ProxyService.Pricing;
using Ccr.ProxyService.Responses;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Routing.Affinity;
using Ccr.ProxyService.Routing.Order;
using Ccr.ProxyService.Telemetry;
using Ccr.ProxyService.Tokens;
using Ccr.ProxyService.Usage;
using RouteContext = Ccr.ProxyService.Routing.RouteContext;

namespace Ccr.ProxyService.Endpoints;

/// <summary>The endpoints that make a model write: POST /v1/messages, /v1/chat/completions, /v1/responses and Gemini's generateContent, streaming and not.</summary>
internal sealed partial class GenerationEndpoint(
    IConfigStore store,
    RequestRouter router,
    SessionUsage sessions,
    SessionAffinity affinity,
    TargetOrder order,
    Dispatcher dispatcher,
    RunningAnswers running,
    ResponseStore responses,
    IUsageRecorder usage,
    PriceBook prices,
    CompareRunner compare,
    TokenSampler sampler,
    RequestTracing tracing,
    KeyGate keys,
    TimeProvider time,
    ILogger<GenerationEndpoint> log)
{
    /// <summary>Answers one request of a dialect whose body names the model, and accounts for it.</summary>
    public Task HandleAsync(HttpContext http, ClientDialect client, Func<ReadOnlyMemory<byte>, RequestPeek> peek) => AnswerAndAccountAsync(http, client, peek);

    /// <summary>Answers a Gemini request, whose address names the model: …/models/MODEL:generateContent or :streamGenerateContent.</summary>
    public Task HandleGeminiAsync(HttpContext http, string model, bool stream) =>
        AnswerAndAccountAsync(http, ClientDialects.Gemini, body => GeminiRequestPeek.Read(body, model, stream));

    private async Task AnswerAndAccountAsync(HttpContext http, ClientDialect client, Func<ReadOnlyMemory<byte>, RequestPeek> peek)
    {
        var call = new ProxyCall(http, client, store.Current, RequestIds.Of(http), time.GetTimestamp(), time.GetUtcNow()) { CallerKey = KeyCaller.Of(http)?.Id };
        using var span = RequestTracing.Begin(call);
        usage.RequestStarted();
        var status = 500;
        try
        {
            status = await AnswerAsync(call, peek).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            status = 499;
            call.Failure = "client_gone";
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The boundary: whatever was not foreseen becomes an answer in the client's dialect, never a dropped connection or a stack trace.
            Unforeseen(log, e, call.RequestId);
            call.Failure = "internal";
            await ErrorAnswers.WriteAsync(http, client, 500, "api_error", $"The router failed on this request; its log has the cause under {call.RequestId}.", null, call.RequestId).ConfigureAwait(false);
        }
        finally
        {
            if (call.Running is { } answer)
            {
                await answer.EndAsync(call.Failure, status == 499).ConfigureAwait(false);
                if (answer.IsAbandoned)
                {
                    status = 499;
                    call.Failure ??= "client_gone";
                }
            }

            if (call.Decision?.Session is { } session)
            {
                // The last try's own: what several tries have read together is not how long the conversation is.
                sessions.Note(session, call.Attempts is [.., var last] ? last.Tokens.Input : 0);
            }

            var record = Record(call, status);
            keys.Settle(call, record);
            usage.RequestFinished(record);
            tracing.End(call, record);
            call.Comparison?.Answered(record);
            TokenSampler.Compare(call.Decision, record);
        }
    }

    private async Task<int> AnswerAsync(ProxyCall call, Func<ReadOnlyMemory<byte>, RequestPeek> peek)
    {
        var http = call.Http;
        try
        {
            call.Own(await RequestBodies.ReadAsync(http.Request, call.Config.MaxBodyBytes, http.RequestAborted).ConfigureAwait(false));
            call.Peek = peek(call.Body);
            tracing.Read(call);
            if (running.Enter(call) is { } attached)
            {
                return await attached.AnswerAsync(call).ConfigureAwait(false);
            }

            if (call.Client.Dialect == Dialect.OpenAIResponses)
            {
                responses.Prepare(call);
            }

            var context = new RouteContext(call) { Peek = peek, Preset = PresetRoute.Of(http) };
            var decision = await router.RouteAsync(context, http.RequestAborted).ConfigureAwait(false);
            await affinity.RecogniseAsync(call, decision, http.RequestAborted).ConfigureAwait(false);
            call.Decision = decision;
            if (await keys.AdmitAsync(call).ConfigureAwait(false) is { } refusal)
            {
                return await RefuseAsync(call, refusal).ConfigureAwait(false);
            }

            call.Decision = order.Arrange(call.Decision, call).Trimmed();
            call.Comparison = compare.Begin(call, peek);
            call.Decision.Sample = sampler.Take(call.Body, call.Decision);
            return await dispatcher.DispatchAsync(call).ConfigureAwait(false);
        }
        catch (RequestFormatException e)
        {
            return await RefuseAsync(call, 400, "invalid_request_error", e.Message, e.Path, e.Code).ConfigureAwait(false);
        }
        catch (RequestBodyException e)
        {
            return await RefuseAsync(call, e.Status, e.Type, e.Message).ConfigureAwait(false);
        }
        catch (RoutingException e)
        {
            return await RefuseAsync(call, e.Status, e.Type, e.Message, "model").ConfigureAwait(false);
        }
        finally
        {
            call.ReleaseBody();
        }
    }

    private static async Task<int> RefuseAsync(ProxyCall call, int status, string type, string message, string? field = null, string? code = null)
    {
        call.Failure = type;
        call.Http.Response.Headers["request-id"] = call.RequestId;
        call.Http.Response.Headers["x-request-id"] = call.RequestId;
        call.Http.Response.Headers["x-ccr-request-id"] = call.RequestId;
        await ErrorAnswers.WriteAsync(call.Http, call.Client, status, type, message, string.IsNullOrEmpty(field) ? null : field, call.RequestId, code).ConfigureAwait(false);
        return status;
    }

    private static Task<int> RefuseAsync(ProxyCall call, KeyRefusal refusal)
    {
        var headers = call.Http.Response.Headers;
        if (refusal.RetryAfter is { } wait)
        {
            headers.RetryAfter = Math.Ceiling(Math.Max(1, wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (!refusal.MayRetry)
        {
            headers["x-should-retry"] = "false";
        }

        return RefuseAsync(call, refusal.Status, refusal.Type, refusal.Message);
    }

    private RequestRecord Record(ProxyCall call, int status) => CallRecords.Of(call, status, prices, time);

    [LoggerMessage(EventId = 1010, Level = LogLevel.Error, Message = "{RequestId}: the request failed in the router itself")]
    private static partial void Unforeseen(ILogger log, Exception e, string requestId);
}
