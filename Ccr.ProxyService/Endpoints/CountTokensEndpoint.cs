using System.Globalization;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Gemini;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dialects;
using Ccr.ProxyService.Tokens;

namespace Ccr.ProxyService.Endpoints;

/// <summary>POST /v1/messages/count_tokens and Gemini's countTokens: exact where the encoder is exact, never a 404, because compaction depends on it.</summary>
internal sealed class CountTokensEndpoint(IConfigStore store, IExactTokenCounter counter)
{
    /// <summary>Answers a client of Anthropic Messages.</summary>
    public Task HandleAsync(HttpContext http) => CountAsync(http, ClientDialects.Anthropic, "{{\"input_tokens\":{0}}}", static body =>
    {
        AnthropicRequestPeek.Read(body);
        return body;
    });

    /// <summary>Answers a client of Gemini.</summary>
    public Task HandleGeminiAsync(HttpContext http, string model) => CountAsync(http, ClientDialects.Gemini, "{{\"totalTokens\":{0}}}", body =>
    {
        var inner = GeminiCountRequest.Inner(body);
        GeminiRequestPeek.Read(inner, model, false);
        return inner;
    });

    private async Task CountAsync(HttpContext http, ClientDialect client, string format, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> read)
    {
        var id = RequestIds.Of(http);
        try
        {
            using var body = await RequestBodies.ReadAsync(http.Request, store.Current.MaxBodyBytes, http.RequestAborted).ConfigureAwait(false);
            var count = await counter.CountExactlyAsync(read(body.Memory), http.RequestAborted).ConfigureAwait(false);
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(string.Format(CultureInfo.InvariantCulture, format, count.Tokens), http.RequestAborted).ConfigureAwait(false);
        }
        catch (RequestFormatException e)
        {
            await ErrorAnswers.WriteAsync(http, client, 400, "invalid_request_error", e.Message, e.Path, id).ConfigureAwait(false);
        }
        catch (RequestBodyException e)
        {
            await ErrorAnswers.WriteAsync(http, client, e.Status, e.Type, e.Message, null, id).ConfigureAwait(false);
        }
    }
}
