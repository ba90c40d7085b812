using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ccr.ProxyService.Endpoints;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Keys;

/// <summary>The routes that make, show, change and delete virtual keys. Who may call them is decided before they are reached.</summary>
internal static class KeyEndpoints
{
    private const int LongestBody = 256 * 1024;

    /// <summary>Maps /api/keys.</summary>
    public static void MapVirtualKeys(this IEndpointRouteBuilder routes)
    {
        var admin = routes.ServiceProvider.GetRequiredService<KeyAdmin>();
        routes.MapGet("/api/keys", http => ListAsync(http, admin));
        routes.MapPost("/api/keys", http => CreateAsync(http, admin));
        routes.MapGet("/api/keys/{id}", http => ShowAsync(http, admin));
        routes.MapPatch("/api/keys/{id}", http => UpdateAsync(http, admin));
        routes.MapDelete("/api/keys/{id}", http => DeleteAsync(http, admin));
        routes.MapPost("/api/keys/{id}/rotate", http => RotateAsync(http, admin));
    }

    private static Task ListAsync(HttpContext http, KeyAdmin admin) => AnswerAsync(http, KeyJson.Default.KeyListReport, () => admin.ListAsync(http.RequestAborted));

    private static Task CreateAsync(HttpContext http, KeyAdmin admin) =>
        AnswerAsync(http, KeyJson.Default.KeyReport, async () => await admin.CreateAsync(await ReadAsync(http).ConfigureAwait(false), http.RequestAborted).ConfigureAwait(false), 201);

    private static Task ShowAsync(HttpContext http, KeyAdmin admin) => AnswerAsync(http, KeyJson.Default.KeyReport, () => admin.ShowAsync(Id(http), http.RequestAborted));

    private static Task UpdateAsync(HttpContext http, KeyAdmin admin) =>
        AnswerAsync(http, KeyJson.Default.KeyReport, async () => await admin.UpdateAsync(Id(http), await ReadAsync(http).ConfigureAwait(false), http.RequestAborted).ConfigureAwait(false));

    private static Task DeleteAsync(HttpContext http, KeyAdmin admin) => AnswerAsync(http, KeyJson.Default.KeyReport, () => admin.DeleteAsync(Id(http), http.RequestAborted));

    private static Task RotateAsync(HttpContext http, KeyAdmin admin) => AnswerAsync(http, KeyJson.Default.KeyReport, () => admin.RotateAsync(Id(http), http.RequestAborted));

    private static string Id(HttpContext http) => http.Request.RouteValues["id"] as string ?? "";

    private static async Task AnswerAsync<T>(HttpContext http, JsonTypeInfo<T> type, Func<Task<T>> work, int status = 200)
    {
        http.Response.ContentType = "application/json";

        // A key must not stay in anybody's cache.
        http.Response.Headers.CacheControl = "no-store";
        try
        {
            var answer = await work().ConfigureAwait(false);
            http.Response.StatusCode = status;
            await JsonSerializer.SerializeAsync(http.Response.BodyWriter, answer, type, http.RequestAborted).ConfigureAwait(false);
        }
        catch (KeyInputException e)
        {
            await RefuseAsync(http, e.Status, e.Status == 404 ? "not_found_error" : "invalid_request_error", e.Message).ConfigureAwait(false);
        }
        catch (KeyStoreException e)
        {
            await RefuseAsync(http, 503, "api_error", e.Message).ConfigureAwait(false);
        }
    }

    private static async Task<JsonElement> ReadAsync(HttpContext http)
    {
        using var body = await PooledBody.ReadAsync(http.Request.Body, http.Request.ContentLength, LongestBody, http.RequestAborted).ConfigureAwait(false)
            ?? throw new KeyInputException(413, $"the body is larger than {LongestBody} bytes");
        try
        {
            using var document = JsonDocument.Parse(body.Memory);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw new KeyInputException(400, "the body is no JSON");
        }
    }

    private static Task RefuseAsync(HttpContext http, int status, string type, string message)
    {
        http.Response.StatusCode = status;
        return JsonSerializer.SerializeAsync(http.Response.BodyWriter, new ErrorReport(new(type, message)), ApiJson.Default.ErrorReport, http.RequestAborted);
    }
}
