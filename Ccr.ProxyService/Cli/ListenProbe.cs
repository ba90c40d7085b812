using System.Net;
using System.Net.Sockets;

namespace Ccr.ProxyService.Cli;

/// <summary>Tries an address before the host is built, so that the usual mistakes cost one line and no log of a failed start.</summary>
internal static class ListenProbe
{
    /// <summary>The sentence that says why nothing can listen there, and what to do; null when it can. <paramref name="source"/> is the configuration.</summary>
    public static string? Fault(string host, int port, string source)
    {
        var address = IPAddress.TryParse(host, out var parsed) ? parsed : IPAddress.Loopback;
        try
        {
            // As Kestrel does it; .NET sets SO_REUSEADDR, so connections in TIME_WAIT are no obstacle.
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
            return null;
        }
        catch (SocketException fault)
        {
            return fault.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => InUse(host, port, source),
                SocketError.AccessDenied => $"port {port} may not be opened by this user (ports below 1024 need a privilege); choose another with --port or PORT in {source}",
                SocketError.AddressNotAvailable => $"{host} is not an address of this machine; correct --host or HOST in {source}",
                _ => $"cannot listen on {host} port {port} ({fault.SocketErrorCode}); correct --host or HOST in {source}",
            };
        }
    }

    /// <summary>The sentence for a port that another program has.</summary>
    public static string InUse(string host, int port, string source)
    {
        var find = OperatingSystem.IsWindows() ? $"netstat -ano | findstr :{port}"
            : OperatingSystem.IsMacOS() ? $"lsof -nP -sTCP:LISTEN -iTCP:{port}"
            : $"ss -ltnp sport = :{port}";
        return $"port {port} on {host} is in use by another program; see which with {find}, or choose another with --port or PORT in {source}";
    }
}
