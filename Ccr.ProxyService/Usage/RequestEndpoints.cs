using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ccr.ProxyService.Usage;

/// <summary>The routes that show finished requests, one by one.</summary>
internal static class RequestEndpoints
{
    /// <summary>Maps /api/requests and /api/requests/{id}.</summary>
    public static void MapRequests(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/requests", ListAsync);
        endpoints.MapGet("/api/requests/{id}", OneAsync);
    }

    private static async Task ListAsync(HttpContext http)
    {
        var reader = new RequestQueryReader(http.Request.Query);
        var query = reader.Read();
        var (page, status, error) = reader.Error is { } fault
            ? (null, StatusCodes.Status400BadRequest, fault)
            : await http.RequestServices.GetRequiredService<RequestFinder>().FindAsync(query, http.RequestAborted).ConfigureAwait(false);
        if (page is null)
        {
            await RefuseAsync(http, status, status == StatusCodes.Status503ServiceUnavailable ? "api_error" : "invalid_request_error", error!).ConfigureAwait(false);
            return;
        }

        await WriteAsync(http, page, ApiJson.Default.RequestList).ConfigureAwait(false);
    }

    private static async Task OneAsync(HttpContext http)
    {
        var id = http.Request.RouteValues["id"] as string ?? "";
        if (await http.RequestServices.GetRequiredService<RequestFinder>().FindAsync(id, http.RequestAborted).ConfigureAwait(false) is { } request)
        {
            await WriteAsync(http, request, ApiJson.Default.RequestReport).ConfigureAwait(false);
            return;
        }

        await RefuseAsync(http, StatusCodes.Status404NotFound, "not_found_error", $"No request \"{id}\" is among the last ones: only about {ServiceDefaults.RedisKeys.RecentRequestsLength} are kept.").ConfigureAwait(false);
    }

    private static Task RefuseAsync(HttpContext http, int status, string type, string message)
    {
        http.Response.StatusCode = status;
        return WriteAsync(http, new ErrorReport(new(type, message)), ApiJson.Default.ErrorReport);
    }

    private static Task WriteAsync<T>(HttpContext http, T value, JsonTypeInfo<T> type)
    {
        http.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(http.Response.BodyWriter, value, type, http.RequestAborted);
    }
}
