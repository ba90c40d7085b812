using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Tokens;

namespace Ccr.ProxyService.Endpoints;

/// <summary>POST /v1/messages/count_tokens: exact where the encoder is exact, never a 404, because compaction depends on it.</summary>
internal sealed class CountTokensEndpoint(IConfigStore store, IExactTokenCounter counter)
{
    /// <summary>Answers one request.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var limit = store.Current.MaxBodyBytes;
        var id = RequestIds.Of(http);
        using var body = await PooledBody.ReadAsync(http.Request, limit, http.RequestAborted).ConfigureAwait(false);
        if (body is null)
        {
            await ErrorAnswers.WriteAsync(http, 413, "request_too_large", $"The body is larger than {limit} bytes; MAX_BODY_BYTES in the configuration sets the limit.", id).ConfigureAwait(false);
            return;
        }

        try
        {
            AnthropicRequestPeek.Read(body.Memory);
        }
        catch (RequestFormatException e)
        {
            await ErrorAnswers.WriteAsync(http, 400, "invalid_request_error", e.Message, id).ConfigureAwait(false);
            return;
        }

        var count = await counter.CountExactlyAsync(body.Memory, http.RequestAborted).ConfigureAwait(false);
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{{\"input_tokens\":{count.Tokens}}}"), http.RequestAborted).ConfigureAwait(false);
    }
}
