using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Hosting;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Tokens;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Endpoints;

/// <summary>POST /v1/messages: Anthropic Messages, streaming and not.</summary>
internal sealed partial class MessagesEndpoint(IConfigStore store, RequestRouter router, Dispatcher dispatcher, IUsageRecorder usage, TimeProvider time, ILogger<MessagesEndpoint> log)
{
    /// <summary>Answers one request and accounts for it.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var call = new ProxyCall(http, store.Current, RequestIds.Of(http), time.GetTimestamp());
        var startedAt = time.GetUtcNow();
        usage.RequestStarted();
        var status = 500;
        try
        {
            status = await AnswerAsync(call).ConfigureAwait(false);
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
            await ErrorAnswers.WriteAsync(http, 500, "api_error", $"The router failed on this request; its log has the cause under {call.RequestId}.", call.RequestId).ConfigureAwait(false);
        }
        finally
        {
            usage.RequestFinished(Record(call, startedAt, status));
        }
    }

    private async Task<int> AnswerAsync(ProxyCall call)
    {
        var http = call.Http;
        using var body = await PooledBody.ReadAsync(http.Request, call.Config.MaxBodyBytes, http.RequestAborted).ConfigureAwait(false);
        if (body is null)
        {
            return await RefuseAsync(call, 413, "request_too_large", $"The body is larger than {call.Config.MaxBodyBytes} bytes; MAX_BODY_BYTES in the configuration sets the limit.").ConfigureAwait(false);
        }

        call.Body = body.Memory;
        try
        {
            call.Peek = AnthropicRequestPeek.Read(body.Memory);
            var table = router.Table;
            call.Decision = await router.RouteAsync(table, call.RequestedModel, call.Peek, body.Memory, http.RequestAborted).ConfigureAwait(false);
            return await dispatcher.DispatchAsync(call).ConfigureAwait(false);
        }
        catch (RequestFormatException e)
        {
            return await RefuseAsync(call, 400, "invalid_request_error", e.Message).ConfigureAwait(false);
        }
        catch (RoutingException e)
        {
            return await RefuseAsync(call, e.Status, e.Type, e.Message).ConfigureAwait(false);
        }
    }

    private static async Task<int> RefuseAsync(ProxyCall call, int status, string type, string message)
    {
        call.Failure = type;
        call.Http.Response.Headers["request-id"] = call.RequestId;
        call.Http.Response.Headers["x-ccr-request-id"] = call.RequestId;
        await ErrorAnswers.WriteAsync(call.Http, status, type, message, call.RequestId).ConfigureAwait(false);
        return status;
    }

    private RequestRecord Record(ProxyCall call, DateTimeOffset startedAt, int status) => new()
    {
        RequestId = call.RequestId,
        StartedAt = startedAt,
        Duration = time.GetElapsedTime(call.StartTimestamp),
        TimeToFirstContent = call.TimeToFirstContent,
        UpstreamTime = call.UpstreamTime,
        ClientDialect = "anthropic",
        ClientApplication = ClientApplications.Of(call.Http.Request.Headers),
        RequestedModel = call.RequestedModel,
        Scenario = call.Decision?.Scenario ?? "none",
        RouteReason = call.Decision?.Reason ?? "refused before routing",
        RoutingTokens = call.Decision?.Tokens,
        Attempts = call.Attempts,
        Streaming = call.Stream,
        Status = status,
        Failure = call.Failure,
        Tokens = new(call.Counts.Input, call.Counts.CacheRead, call.Counts.CacheWrite, call.Counts.Output, call.Counts.Reasoning),
        StopReason = call.StopReason,
    };

    [LoggerMessage(EventId = 1010, Level = LogLevel.Error, Message = "{RequestId}: the request failed in the router itself")]
    private static partial void Unforeseen(ILogger log, Exception e, string requestId);
}
