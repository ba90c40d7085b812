using System.Net;
using System.Net.Sockets;

namespace Ccr.ProxyService.Cli;

/// <summary>Tries an address before the host is built, so that the usual mistakes cost one line and no log of a failed start.</summary>
internal static class ListenProbe
{
    /// <summary>Why nothing can listen there; null when it can.</summary>
    public static SocketError? Fault(string host, int port)
    {
        var address = IPAddress.TryParse(host, out var parsed) ? parsed : IPAddress.Loopback;
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // As Kestrel does it; .NET sets SO_REUSEADDR, so connections in TIME_WAIT are no obstacle.
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
            return null;
        }
        catch (SocketException fault)
        {
            return fault.SocketErrorCode;
        }
    }
}
