using System.Security.Cryptography;
using System.Text;
using Ccr.ProxyService.Keys;

namespace Ccr.ProxyService.Modes;

/// <summary>
/// The client's own Anthropic credentials: x-api-key and Authorization, as far as they are neither the router's APIKEY nor a virtual key. They go to Anthropic, or to an address of this machine
/// that the configuration names, and to nobody else.
/// </summary>
internal static class ClientCredentials
{
    private const string ApiKey = "x-api-key";
    private const string Bearer = "Bearer ";

    /// <summary>Whether credentials may be sent to an address.</summary>
    public static bool MayGoTo(Uri address) =>
        address.IsLoopback || (address.Scheme == Uri.UriSchemeHttps && address.Host.Equals("api.anthropic.com", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether the request holds credentials of the client's own.</summary>
    public static bool Has(IHeaderDictionary headers, string? routerKey) => OwnKey(headers, routerKey) is not null || OwnAuthorization(headers, routerKey) is not null;

    /// <summary>Whether the request holds any credentials, be they the router's.</summary>
    public static bool HasAny(IHeaderDictionary headers) => headers[ApiKey].Count > 0 || headers.Authorization.Count > 0;

    /// <summary>Puts them on a request to Anthropic; nothing where they must not go.</summary>
    public static void Forward(IHeaderDictionary headers, string? routerKey, HttpRequestMessage request)
    {
        if (request.RequestUri is not { } address || !MayGoTo(address))
        {
            return;
        }

        if (OwnKey(headers, routerKey) is { } key)
        {
            request.Headers.TryAddWithoutValidation(ApiKey, key);
        }

        if (OwnAuthorization(headers, routerKey) is { } authorization)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }
    }

    private static string? OwnKey(IHeaderDictionary headers, string? routerKey) =>
        headers[ApiKey].ToString() is { Length: > 0 } key && !IsOurs(key, routerKey) ? key : null;

    private static string? OwnAuthorization(IHeaderDictionary headers, string? routerKey) =>
        headers.Authorization.ToString() is { Length: > 0 } value && !IsOurs(value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? value[Bearer.Length..].Trim() : value, routerKey) ? value : null;

    private static bool IsOurs(string sent, string? routerKey) =>
        KeySecret.Looks(sent) || (routerKey is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(sent), Encoding.UTF8.GetBytes(routerKey)));
}
