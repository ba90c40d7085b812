using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Ccr.AppHost;

/// <summary>The port of a service on this machine: its launch profile's, unless a setting names another.</summary>
internal static class LocalPort
{
    /// <summary>Reads the setting: a port from 1 to 65535, or 0 for a free one. A value that is none, or a port in use, ends the program with one line and exit code 1.</summary>
    public static void Apply(IDistributedApplicationBuilder builder, IResourceBuilder<ProjectResource> service, string setting)
    {
        var text = builder.Configuration[setting];
        service.WithEndpoint(
            "http",
            endpoint =>
            {
                if (!string.IsNullOrWhiteSpace(text))
                {
                    endpoint.Port = Parse(text, setting);
                }

                if (endpoint.Port is { } port && IsInUse(port))
                {
                    Fail($"{service.Resource.Name}: port {port} is in use by another program. Stop that program, or choose another port, for example {setting}=0 for a free one.");
                }
            },
            createIfNotExists: false);
    }

    private static int? Parse(string text, string setting)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > IPEndPoint.MaxPort)
        {
            Fail($"{setting} is '{text}'; it must be a port from 1 to 65535, or 0 for a free one.");
        }

        return port == 0 ? null : port;
    }

    private static bool IsInUse(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return false;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return true;
        }
    }

    private static void Fail(string message)
    {
        Console.Error.WriteLine(message);
        Environment.Exit(1);
    }
}
