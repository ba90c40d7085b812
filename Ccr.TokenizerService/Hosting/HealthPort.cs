using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Ccr.TokenizerService.Hosting;

/// <summary>
/// Opens a second endpoint for HTTP/1.1, because a plain-text endpoint speaks either HTTP/2 or HTTP/1.1, and health probes and
/// Prometheus speak the latter. HEALTH_PORT names its port; 0 or nothing opens none.
/// </summary>
internal static class HealthPort
{
    public const string Setting = "HEALTH_PORT";

    /// <summary>Adds the endpoint to the configuration, and with it, since configured endpoints replace them, the addresses that were asked for.</summary>
    /// <exception cref="SettingException">The port is no port.</exception>
    public static void Configure(ConfigurationManager configuration)
    {
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
        // Kestrel opens and announces endpoints in the order of their names: the health port comes last.
        var endpoints = addresses.Select((address, i) => KeyValuePair.Create($"Kestrel:Endpoints:grpc{i}:Url", (string?)address));
        var host = BindingAddress.Parse(addresses[0]).Host;
        configuration.AddInMemoryCollection(
        [
            .. endpoints,
            new("Kestrel:Endpoints:health:Url", string.Create(CultureInfo.InvariantCulture, $"http://{host}:{port}")),
            new("Kestrel:Endpoints:health:Protocols", "Http1"),
            new("urls", null),
            new("http_ports", null),
            new("https_ports", null),
        ]);
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
