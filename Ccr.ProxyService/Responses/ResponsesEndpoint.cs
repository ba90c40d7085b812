using Ccr.ProxyService.Dialects;
using Ccr.ProxyService.Endpoints;

namespace Ccr.ProxyService.Responses;

/// <summary>What a client can do with a stored response: look at it, at what it answered, and delete it.</summary>
internal sealed class ResponsesEndpoint(ResponseStore store)
{
    /// <summary>GET /v1/responses: an upgrade to a web socket is refused with the one status on which Codex goes on with POST at once.</summary>
    public static Task RefuseUpgradeAsync(HttpContext http)
    {
        var wantsUpgrade = http.Request.Headers.Upgrade.Count > 0 || http.Request.Headers.Connection.ToString().Contains("upgrade", StringComparison.OrdinalIgnoreCase);
        if (!wantsUpgrade)
        {
            http.Response.Headers.Allow = "POST";
        }

        return wantsUpgrade
            ? ErrorAnswers.WriteAsync(http, ClientDialects.Responses, 426, "invalid_request_error", "WebSockets are not served here; use POST /v1/responses.", null, RequestIds.Of(http))
            : ErrorAnswers.WriteAsync(http, ClientDialects.Responses, 405, "invalid_request_error", "Responses are made with POST /v1/responses; GET /v1/responses/ID shows a stored one.", null, RequestIds.Of(http));
    }

    /// <summary>GET /v1/responses/{id}.</summary>
    public Task GetAsync(HttpContext http) =>
        store.Find(Id(http)) is { } stored ? WriteAsync(http, stored.Response) : NotFoundAsync(http);

    /// <summary>GET /v1/responses/{id}/input_items.</summary>
    public Task GetInputItemsAsync(HttpContext http) =>
        store.Find(Id(http)) is { } stored ? WriteAsync(http, ItemList.Of(stored.Input)) : NotFoundAsync(http);

    /// <summary>DELETE /v1/responses/{id}.</summary>
    public Task DeleteAsync(HttpContext http)
    {
        var id = Id(http);
        return store.Delete(id) ? WriteAsync(http, System.Text.Encoding.UTF8.GetBytes($"{{\"id\":\"{id}\",\"object\":\"response\",\"deleted\":true}}")) : NotFoundAsync(http);
    }

    private static string Id(HttpContext http) => http.Request.RouteValues["id"] as string ?? "";

    private static async Task WriteAsync(HttpContext http, ReadOnlyMemory<byte> json)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = json.Length;
        await http.Response.Body.WriteAsync(json, http.RequestAborted).ConfigureAwait(false);
    }

    private static Task NotFoundAsync(HttpContext http) => ErrorAnswers.WriteAsync(http, ClientDialects.Responses, 404, "invalid_request_error",
        "No response of that id is stored here: it was made with store false, by another router, or is too old.", "response_id", RequestIds.Of(http));
}
