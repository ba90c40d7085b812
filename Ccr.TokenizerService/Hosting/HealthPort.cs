using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Ccr.TokenizerService.Hosting;

/// <summary>
/// Opens one more address for HTTP/1.1, because a plain-text endpoint speaks either HTTP/2 or HTTP/1.1, and health probes and
/// Prometheus speak the latter. HEALTH_PORT names its port, on the host of the first address; 0 or nothing opens none.
/// </summary>
internal static class HealthPort
{
    public const string Setting = "HEALTH_PORT";

    /// <summary>Adds the address behind the others.</summary>
    /// <exception cref="SettingException">The port is no port.</exception>
    public static void Configure(WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var text = configuration[Setting];
        if (string.IsNullOrWhiteSpace(text))
        {
            return;
        }

        if (!ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            throw new SettingException($"{Setting} is \"{text}\"; it must be a port number from 1 to 65535, or 0 to open no health port.");
        }

        if (port == 0)
        {
            return;
        }

        var addresses = Addresses(configuration);
        var host = BindingAddress.Parse(addresses[0]).Host;
        builder.WebHost.UseUrls([.. addresses, string.Create(CultureInfo.InvariantCulture, $"http://{host}:{port}")]);

        // They are among the addresses now.
        configuration["http_ports"] = "";
        configuration["https_ports"] = "";
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen =>
        {
            if (listen.EndPoint is IPEndPoint endpoint && endpoint.Port == port)
            {
                listen.Protocols = HttpProtocols.Http1;
            }
        }));
    }

    private static string[] Addresses(ConfigurationManager configuration)
    {
        if (Split(configuration["urls"]) is { Length: > 0 } urls)
        {
            return urls;
        }

        string[] ports =
        [
            .. Split(configuration["http_ports"]).Select(p => "http://*:" + p),
            .. Split(configuration["https_ports"]).Select(p => "https://*:" + p),
        ];
        return ports.Length > 0 ? ports : ["http://localhost:5000"];
    }

    private static string[] Split(string? list) =>
        (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
