using System.Collections.Frozen;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Endpoints;
using Ccr.ProxyService.Hosting;
using Ccr.ProxyService.Keys;
using Ccr.ProxyService.Providers;

namespace Ccr.ProxyService.Modes;

/// <summary>
/// Addresses that are none of ours: to Anthropic as they are, with the client's own credentials, where the mode allows it; else a 404. What clients of Anthropic call
/// beside the messages (files, batches, their account's pages) works so without the router knowing of it.
/// </summary>
internal sealed partial class PassthroughEndpoint(IConfigStore store, ModeState modes, UpstreamClients clients, DrainLimit drain, TimeProvider time, ILogger<PassthroughEndpoint> log)
{
    /// <summary>About this hop, or the router's own business; x-api-key and Authorization are looked at on their own.</summary>
    private static readonly FrozenSet<string> NotForwarded = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Host", "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Expect",
        "Content-Length", "Authorization", "x-api-key", "x-goog-api-key", "api-key", "Cookie", "Set-Cookie", "Alt-Svc", "Date", "Server",
        "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via");

    /// <summary>Answers a request for an address that is none of ours.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var id = RequestIds.Of(http);
        var config = store.Current;
        if (!modes.MayForward(config))
        {
            await ErrorAnswers.WriteAsync(http, 404, "not_found_error",
                $"There is no {http.Request.Method} {http.Request.Path} here; clients use POST /v1/messages, /v1/chat/completions, /v1/responses or /v1beta/models/MODEL:generateContent.", id).ConfigureAwait(false);
            return;
        }

        var headers = http.Request.Headers;
        if (ClientCredentials.HasAny(headers) && !ClientCredentials.Has(headers, config.ApiKey))
        {
            await ErrorAnswers.WriteAsync(http, 401, "authentication_error",
                "This address is Anthropic's, which is called with your own credentials; the router's APIKEY and virtual keys are not sent to it. Send the router's key as x-api-key and your Anthropic token as Authorization: Bearer.", id).ConfigureAwait(false);
            return;
        }

        try
        {
            using var body = await PooledBody.ReadAsync(http.Request.Body, http.Request.ContentLength, config.MaxBodyBytes, http.RequestAborted).ConfigureAwait(false)
                ?? throw new RequestBodyException(413, "request_too_large", $"The body is larger than {config.MaxBodyBytes} bytes; MAX_BODY_BYTES in the configuration sets the limit.");
            await PassAsync(http, config, body.Memory, id).ConfigureAwait(false);
        }
        catch (RequestBodyException e)
        {
            await ErrorAnswers.WriteAsync(http, e.Status, e.Type, e.Message, id).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client left while it sent its body; there is nobody to tell.
        }
    }

    private async Task PassAsync(HttpContext http, CcrConfig config, ReadOnlyMemory<byte> body, string id)
    {
        var provider = config.Mode.Passthrough;
        using var clock = new AttemptClock(StageLimits.For(config, new RouteTarget(provider, ""), isStream: true), time, http.RequestAborted, drain.Token);
        try
        {
            using var request = RequestFor(http.Request, config, body);
            using var response = await clients.For(config.ProxyUrl, config.Timeouts.Connect).SendAsync(request, clock.Token).ConfigureAwait(false);
            clock.Enter(AttemptStage.Flowing);
            await AnswerAsync(http, response, clock).ConfigureAwait(false);
        }
        catch (Exception e) when (UpstreamErrors.IsTransport(e))
        {
            if (UpstreamErrors.Outcome(e, clock, provider, http.Response.HasStarted) is not { Error: { } error })
            {
                return;
            }

            Failed(log, id, error.Message);
            if (http.Response.HasStarted)
            {
                // A cut is the only way left to say that this is not the whole answer.
                http.Abort();
                return;
            }

            await ErrorAnswers.WriteAsync(http, e is OperationCanceledException ? 504 : 502, e is OperationCanceledException ? "timeout_error" : "api_error", error.Message, id).ConfigureAwait(false);
        }
    }

    private static HttpRequestMessage RequestFor(HttpRequest client, CcrConfig config, ReadOnlyMemory<byte> body)
    {
        var upstream = config.Mode.Passthrough.BaseUrl;

        // The path is set, not resolved: "//host/" stays a path.
        var address = new UriBuilder(upstream.Scheme, upstream.Host, upstream.Port) { Path = client.Path.ToUriComponent(), Query = WithoutKeys(client.QueryString.Value) }.Uri;
        var request = new HttpRequestMessage(new HttpMethod(client.Method), address);
        if (body.Length > 0)
        {
            request.Content = new ReadOnlyMemoryContent(body);
        }

        var perHop = client.Headers.Connection.ToString();
        foreach (var header in client.Headers)
        {
            if (NotForwarded.Contains(header.Key) || header.Key.StartsWith(':') || header.Key.StartsWith("x-ccr-", StringComparison.OrdinalIgnoreCase) || Names(perHop, header.Key))
            {
                continue;
            }

            if (!request.Headers.TryAddWithoutValidation(header.Key, (IEnumerable<string?>)header.Value))
            {
                request.Content?.Headers.TryAddWithoutValidation(header.Key, (IEnumerable<string?>)header.Value);
            }
        }

        ClientCredentials.Forward(client.Headers, config.ApiKey, request);
        return request;
    }

    private static async Task AnswerAsync(HttpContext http, HttpResponseMessage from, AttemptClock clock)
    {
        var to = http.Response;
        to.StatusCode = (int)from.StatusCode;
        var perHop = from.Headers.Connection.ToString();
        foreach (var header in from.Headers.NonValidated.Concat(from.Content.Headers.NonValidated))
        {
            if (!NotForwarded.Contains(header.Key) && !Names(perHop, header.Key))
            {
                to.Headers[header.Key] = header.Value.ToArray();
            }
        }

        to.ContentLength = from.Content.Headers.ContentLength;
        await to.StartAsync(clock.Token).ConfigureAwait(false);
        if (HttpMethods.IsHead(http.Request.Method))
        {
            return;
        }

        var stream = await from.Content.ReadAsStreamAsync(clock.Token).ConfigureAwait(false);
        while (await stream.ReadAsync(to.BodyWriter.GetMemory(4096), clock.Token).ConfigureAwait(false) is > 0 and var read)
        {
            clock.Touch();
            to.BodyWriter.Advance(read);
            await to.BodyWriter.FlushAsync(clock.Token).ConfigureAwait(false);
        }
    }

    /// <summary>The query as it is, but for a virtual key in it.</summary>
    private static string? WithoutKeys(string? query) => query is null || !query.Contains(KeySecret.Prefix, StringComparison.OrdinalIgnoreCase)
        ? query
        : string.Join('&', query.TrimStart('?').Split('&').Where(static p => !p.Contains(KeySecret.Prefix, StringComparison.OrdinalIgnoreCase)));

    private static bool Names(string connection, string header) =>
        connection.Length > 0 && connection.Split(',', StringSplitOptions.TrimEntries).Contains(header, StringComparer.OrdinalIgnoreCase);

    [LoggerMessage(EventId = 1062, Level = LogLevel.Warning, Message = "{RequestId}: passed to Anthropic and failed: {Reason}")]
    private static partial void Failed(ILogger log, string requestId, string reason);
}
