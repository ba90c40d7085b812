using System.Globalization;
using System.Net;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Keys;
using Microsoft.Extensions.Primitives;

namespace Ccr.ProxyService.Endpoints;

/// <summary>
/// Who may come in. With APIKEY, whoever sends it or a virtual key; the admin pages also from this machine, and never for a virtual key. Without APIKEY, this machine only, with a virtual key or, unless
/// Keys.required says otherwise, without; and no web page of another origin: a browser must not be made to spend the keys.
/// </summary>
internal sealed class AccessControl(IConfigStore store, KeyRing ring, IKeyStore keys, KeyCounters counters, TimeProvider time, RequestDelegate next)
{
    private Master? _master;

    /// <summary>Lets a request pass or answers it.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        var path = http.Request.Path;
        if (path == "/health" || path == "/alive" || (path == "/" && !HttpMethods.IsPost(http.Request.Method)))
        {
            return next(http);
        }

        var config = store.Current;
        var local = http.Connection.RemoteIpAddress is not { } address || IPAddress.IsLoopback(address);
        if (config.ApiKey is null && (!local || !IsOwnOrigin(http.Request)))
        {
            return RefuseAsync(http, 403, "permission_error", local
                ? "Requests from web pages of other origins are refused."
                : "Without APIKEY in the configuration only this machine may call; set APIKEY to open it to others.");
        }

        var isAdmin = IsAdmin(path);
        if (isAdmin && local && IsOwnOrigin(http.Request))
        {
            // A virtual key sent along neither adds anything to that nor takes anything away.
            return next(http);
        }

        var found = Find(http.Request, config.ApiKey);
        return found.Caller is { Key: null } ? PassAsync(http, found.Caller)
            : found.Caller is { Key: { } key } ? PassAsync(http, key, isAdmin)
            : found.LooksVirtual ? AskStoreAsync(http, config, isAdmin)
            : config.ApiKey is null ? PassWithoutAsync(http, config)
            : RefuseAsync(http, found.IsAny);
    }

    /// <summary>The pages that are the owner's.</summary>
    private static bool IsAdmin(PathString path) =>
        path.StartsWithSegments("/api") || path == "/metrics" || path == "/v1/usage" || path == "/v1/latencies" || path == "/v1/token-drift" || path == "/v1/token-audit"
        || path == "/v1/throughput" || path == "/v1/frontend-metrics";

    private Task PassAsync(HttpContext http, KeyCaller caller)
    {
        http.Features.Set(caller);
        return next(http);
    }

    private Task PassAsync(HttpContext http, VirtualKey key, bool isAdmin)
    {
        if (key.Disabled)
        {
            return RefuseAsync(http, 401, "authentication_error", $"The key {Shown.Quoted(key.Name)} is disabled.", "disabled");
        }

        if (key.Expires is { } end && end <= time.GetUtcNow())
        {
            return RefuseAsync(http, 401, "authentication_error", string.Create(CultureInfo.InvariantCulture, $"The key {Shown.Quoted(key.Name)} expired at {end.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}."), "expired");
        }

        return isAdmin
            ? RefuseAsync(http, 403, "permission_error", "A virtual key does not open this page; it takes the router's APIKEY.", "admin")
            : PassAsync(http, key.Caller);
    }

    private Task PassWithoutAsync(HttpContext http, CcrConfig config) => config.Keys.Required
        ? RefuseAsync(http, 401, "authentication_error", "A key is missing: Keys.required in the configuration asks for a virtual key; ccr key create makes one.", "missing")
        : next(http);

    private Task RefuseAsync(HttpContext http, bool isAny) => isAny
        ? RefuseAsync(http, 401, "authentication_error", "invalid x-api-key: it is not the router's APIKEY.", "invalid")
        : RefuseAsync(http, 401, "authentication_error", "A key is missing: send the router's APIKEY as x-api-key, as x-goog-api-key or as Authorization: Bearer.", "missing");

    /// <summary>A key of ours that is not known here: it may have been made a moment ago elsewhere.</summary>
    private async Task AskStoreAsync(HttpContext http, CcrConfig config, bool isAdmin)
    {
        await keys.RefreshAsync(http.RequestAborted).ConfigureAwait(false);
        if (Find(http.Request, config.ApiKey).Caller is { Key: { } key })
        {
            await PassAsync(http, key, isAdmin).ConfigureAwait(false);
        }
        else if (!ring.IsLoaded)
        {
            http.Response.Headers.RetryAfter = "2";
            await RefuseAsync(http, 503, "overloaded_error", "The key cannot be checked: where keys are kept could not be reached yet; ask again.", "unchecked").ConfigureAwait(false);
        }
        else
        {
            // Not even on this machine is it as good as none: whoever sends it was given it once.
            await RefuseAsync(http, 401, "authentication_error", "invalid key: there is no such virtual key.", "invalid").ConfigureAwait(false);
        }
    }

    /// <summary>Looks at every place for a key until one holds a key of ours.</summary>
    private Found Find(HttpRequest request, string? apiKey)
    {
        var headers = request.Headers;
        var found = default(Found);
        if (headers.TryGetValue("x-api-key", out var sent) && !StringValues.IsNullOrEmpty(sent) && Look(sent.ToString(), apiKey, ref found))
        {
            return found;
        }

        if (headers.TryGetValue("x-goog-api-key", out sent) && !StringValues.IsNullOrEmpty(sent) && Look(sent.ToString(), apiKey, ref found))
        {
            return found;
        }

        var authorization = headers.Authorization.ToString();
        if (authorization.Length > 0)
        {
            Look(authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? authorization.AsSpan(7).Trim() : authorization, apiKey, ref found);
        }
        else if (InQuery(request) is { } key)
        {
            Look(key, apiKey, ref found);
        }

        return found;
    }

    /// <summary>True when it is a key of ours.</summary>
    private bool Look(ReadOnlySpan<char> sent, string? apiKey, ref Found found)
    {
        found.IsAny = true;
        var looks = KeySecret.Looks(sent);
        found.LooksVirtual |= looks;
        if (apiKey is null && !looks)
        {
            return false;
        }

        var digest = KeyDigest.Of(sent);
        found.Caller = apiKey is not null && digest == DigestOf(apiKey) ? KeyCaller.Master
            : looks && ring.Find(digest) is { } key ? key.Caller
            : null;
        return found.Caller is not null;
    }

    private KeyDigest DigestOf(string apiKey)
    {
        var master = _master;
        if (master is null || !ReferenceEquals(master.Key, apiKey))
        {
            _master = master = new(apiKey, KeyDigest.Of(apiKey));
        }

        return master.Digest;
    }

    /// <summary>Gemini's libraries may send the key as ?key=.</summary>
    private static string? InQuery(HttpRequest request) =>
        request.QueryString.HasValue && request.Path.Value?.Contains("/models", StringComparison.OrdinalIgnoreCase) == true && request.Query.TryGetValue("key", out var key) && !StringValues.IsNullOrEmpty(key) ? key.ToString() : null;

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

    private Task RefuseAsync(HttpContext http, int status, string type, string message, string reason)
    {
        counters.Refused(reason);
        return RefuseAsync(http, status, type, message);
    }

    private static Task RefuseAsync(HttpContext http, int status, string type, string message) =>
        ErrorAnswers.WriteAsync(http, status, type, message, RequestIds.Of(http));

    private struct Found
    {
        public KeyCaller? Caller;
        public bool IsAny;
        public bool LooksVirtual;
    }

    private sealed record Master(string Key, KeyDigest Digest);
}
