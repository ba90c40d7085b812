using System.Globalization;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Gemini;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dialects;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Tokens;
using RouteContext = Ccr.ProxyService.Routing.RouteContext;

namespace Ccr.ProxyService.Endpoints;

/// <summary>
/// POST /v1/messages/count_tokens and Gemini's countTokens: never a 404, because compaction depends on it. Headers say who counted
/// (x-ccr-token-source), with which encoding (x-ccr-token-encoding) and which factor (x-ccr-token-calibration).
/// </summary>
internal sealed class CountTokensEndpoint(IConfigStore store, RequestCounting counting, TimeProvider time)
{
    /// <summary>Answers a client of Anthropic Messages.</summary>
    public Task HandleAsync(HttpContext http) => CountAsync(http, ClientDialects.Anthropic, "{{\"input_tokens\":{0}}}", static body => body, AnthropicRequestPeek.Read);

    /// <summary>Answers a client of Gemini.</summary>
    public Task HandleGeminiAsync(HttpContext http, string model) =>
        CountAsync(http, ClientDialects.Gemini, "{{\"totalTokens\":{0}}}", GeminiCountRequest.Inner, body => GeminiRequestPeek.Read(body, model, false));

    private async Task CountAsync(HttpContext http, ClientDialect client, string format, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> within, Func<ReadOnlyMemory<byte>, RequestPeek> peek)
    {
        var call = new ProxyCall(http, client, store.Current, RequestIds.Of(http), time.GetTimestamp(), time.GetUtcNow());
        try
        {
            call.Own(await RequestBodies.ReadAsync(http.Request, call.Config.MaxBodyBytes, http.RequestAborted).ConfigureAwait(false));
            var request = within(call.Body);
            var context = new RouteContext(call) { Peek = peek, Preset = PresetRoute.Of(http) };
            if (request.Length == call.Body.Length)
            {
                call.Peek = peek(request);
            }
            else
            {
                context.Replace(request.ToArray());
            }

            var answer = await counting.CountAsync(context, http.RequestAborted).ConfigureAwait(false);
            http.Response.ContentType = "application/json";
            WriteHeaders(http.Response.Headers, answer);
            await http.Response.WriteAsync(string.Format(CultureInfo.InvariantCulture, format, answer.Tokens), http.RequestAborted).ConfigureAwait(false);
        }
        catch (RequestFormatException e)
        {
            await ErrorAnswers.WriteAsync(http, client, 400, "invalid_request_error", e.Message, e.Path, call.RequestId).ConfigureAwait(false);
        }
        catch (RequestBodyException e)
        {
            await ErrorAnswers.WriteAsync(http, client, e.Status, e.Type, e.Message, null, call.RequestId).ConfigureAwait(false);
        }
        finally
        {
            call.ReleaseBody();
        }
    }

    private static void WriteHeaders(IHeaderDictionary headers, in CountAnswer answer)
    {
        headers["x-ccr-token-source"] = answer.Source;
        if (answer.Encoding is { } encoding)
        {
            headers["x-ccr-token-encoding"] = encoding;
            headers["x-ccr-token-calibration"] = answer.Calibration switch
            {
                { IsConfigured: true, Factor: var factor } => string.Create(CultureInfo.InvariantCulture, $"{factor:0.###} configured"),
                { Samples: > 0, Factor: var factor, Samples: var samples } => string.Create(CultureInfo.InvariantCulture, $"{factor:0.###} learned from {samples}"),
                _ => "none",
            };
        }
    }
}
