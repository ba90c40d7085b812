using System.Net;

namespace Ccr.ProxyService.Configuration;

/// <summary>The rules for the address to listen on.</summary>
internal static class ListenHost
{
    /// <summary>Where ccr listens when nothing else is said, and always when there is no APIKEY.</summary>
    public const string Default = "127.0.0.1";

    /// <summary>An IP address or localhost. A DNS name is refused: Kestrel would listen on every address for it.</summary>
    public static bool IsValid(string host) => IsLocalhost(host) || IPAddress.TryParse(host, out _);

    /// <summary>True when only programs of this machine can connect to it.</summary>
    public static bool IsLoopback(string host) => IsLocalhost(host) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>The address to bind: <paramref name="host"/>, or loopback when there is no key and it is open to others.</summary>
    public static string Effective(string host, string? apiKey) => apiKey is not null || IsLoopback(host) ? host : Default;

    /// <summary>The base address of a server on that host and port, as a client on this machine reaches it.</summary>
    public static Uri Reachable(string host, int port)
    {
        var name = host;
        if (IPAddress.TryParse(host, out var address))
        {
            // The wildcard is no destination.
            address = address.Equals(IPAddress.Any) ? IPAddress.Loopback : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address;
            name = address.ToString();
        }

        return new UriBuilder(Uri.UriSchemeHttp, name, port).Uri;
    }

    private static bool IsLocalhost(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
}
