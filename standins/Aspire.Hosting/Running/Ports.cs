using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Running;

/// <summary>Free and taken ports of this machine.</summary>
internal static class Ports
{
    /// <summary>A free loopback port. Another program may take it before ours does; then ours fails and says so.</summary>
    public static int Free(ISet<int> taken)
    {
        while (true)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var port = ((IPEndPoint)probe.LocalEndpoint).Port;
            if (taken.Add(port))
            {
                return port;
            }
        }
    }

    /// <summary>Why the port cannot be opened; null when it can.</summary>
    public static string? Problem(string host, int port)
    {
        foreach (var address in Addresses(host))
        {
            try
            {
                using var probe = new TcpListener(address, port);
                probe.Start();
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                return $"port {port} on {address} is in use by another program";
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
            {
                return $"port {port} on {address} may not be opened by this user";
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
            {
                // No IPv6 loopback on this machine, for example: the server skips it too.
            }
        }

        return null;
    }

    /// <summary>The addresses that a web server opens for a host name.</summary>
    public static IPAddress[] Addresses(string host)
        => IPAddress.TryParse(host, out var address) ? [address]
            : string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) ? [IPAddress.Loopback, IPAddress.IPv6Loopback]
            : [IPAddress.Any];
}
