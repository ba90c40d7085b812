using System.Net;
using System.Security.Cryptography;
using System.Text;
using Ccr.ProxyService.Configuration;
using Microsoft.Extensions.Primitives;

namespace Ccr.ProxyService.Endpoints;

/// <summary>
/// Who may come in. With APIKEY, whoever sends it as x-api-key or Bearer; the admin pages also from this machine. Without APIKEY, this machine
/// only, and no web page of another origin: a browser must not be made to spend the keys.
/// </summary>
internal sealed class AccessControl(IConfigStore store, RequestDelegate next)
{
    /// <summary>Lets a request pass or answers it.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        var path = http.Request.Path;
        if (path == "/health" || path == "/alive" || (path == "/" && !HttpMethods.IsPost(http.Request.Method)))
        {
            return next(http);
        }

        var local = http.Connection.RemoteIpAddress is not { } address || IPAddress.IsLoopback(address);
        if (store.Current.ApiKey is not { } key)
        {
            return local && IsOwnOrigin(http.Request) ? next(http) : RefuseAsync(http, 403, "permission_error", local
                ? "Requests from web pages of other origins are refused."
                : "Without APIKEY in the configuration only this machine may call; set APIKEY to open it to others.");
        }

        if (local && IsAdmin(path) && IsOwnOrigin(http.Request))
        {
            return next(http);
        }

        var sent = Sent(http.Request);
        if (sent is null)
        {
            return RefuseAsync(http, 401, "authentication_error", "A key is missing: send the router's APIKEY as x-api-key, as x-goog-api-key or as Authorization: Bearer.");
        }

        return Equal(sent, key) ? next(http) : RefuseAsync(http, 401, "authentication_error", "invalid x-api-key: it is not the router's APIKEY.");
    }

    private static bool IsAdmin(PathString path) =>
        path.StartsWithSegments("/api") || path == "/metrics" || path == "/v1/usage" || path == "/v1/latencies" || path == "/v1/token-drift" || path == "/v1/token-audit"
        || path == "/v1/throughput" || path == "/v1/frontend-metrics";

    private static string? Sent(HttpRequest request)
    {
        var headers = request.Headers;
        if (headers.TryGetValue("x-api-key", out var apiKey) && !StringValues.IsNullOrEmpty(apiKey))
        {
            return apiKey.ToString();
        }

        if (headers.TryGetValue("x-goog-api-key", out var googleKey) && !StringValues.IsNullOrEmpty(googleKey))
        {
            return googleKey.ToString();
        }

        var authorization = headers.Authorization.ToString();
        return authorization.Length == 0 ? InQuery(request)
            : authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? authorization[7..].Trim()
            : authorization;
    }

    /// <summary>Gemini's libraries may send the key as ?key=.</summary>
    private static string? InQuery(HttpRequest request) =>
        request.Path.Value?.Contains("/models", StringComparison.OrdinalIgnoreCase) == true && request.Query.TryGetValue("key", out var key) && !StringValues.IsNullOrEmpty(key) ? key.ToString() : null;

    /// <summary>Compares digests, so that the time taken tells neither the key nor its length.</summary>
    private static bool Equal(string sent, string key)
    {
        Span<byte> a = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> b = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(sent), a);
        SHA256.HashData(Encoding.UTF8.GetBytes(key), b);
        return CryptographicOperations.FixedTimeEquals(a, b);
    }

    private static bool IsOwnOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length == 0)
        {
            // No browser page; but a name that resolves to this machine by trickery is still not ours.
            return IsLoopbackName(request.Host.Host);
        }

        return Uri.TryCreate(origin, UriKind.Absolute, out var uri) && IsLoopbackName(uri.Host);
    }

    private static bool IsLoopbackName(string host) =>
        host.Length == 0 || host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))
        || host.Equals("host.docker.internal", StringComparison.OrdinalIgnoreCase);

    private static Task RefuseAsync(HttpContext http, int status, string type, string message) =>
        ErrorAnswers.WriteAsync(http, status, type, message, RequestIds.Of(http));
}
