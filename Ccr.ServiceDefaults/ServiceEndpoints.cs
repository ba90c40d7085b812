using Microsoft.Extensions.Configuration;

namespace Ccr.ServiceDefaults;

/// <summary>
/// Finds another service of the solution by its name in the app model. The app model passes addresses as configuration
/// <c>services:NAME:SCHEME:0</c>, <c>:1</c>, … (environment <c>services__NAME__SCHEME__0</c>). Thread-safe; reads the configuration anew
/// each time, so a change of it is followed.
/// </summary>
public sealed class ServiceEndpoints(IConfiguration configuration)
{
    private uint _turn;

    /// <summary>
    /// The address to call for one that names a service: <c>http://tokenizer/x</c> becomes <c>http://localhost:5017/x</c>.
    /// <c>https+http://NAME</c> takes the first scheme that is configured, <c>http://_ENDPOINT.NAME</c> a named endpoint; several
    /// addresses of one service are taken in turn. A host that is no configured service is left as it is.
    /// </summary>
    public Uri Resolve(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsAbsoluteUri)
        {
            return address;
        }

        var (service, endpoint) = SplitHost(address.Host);
        var schemes = address.Scheme.Split('+');
        foreach (var key in endpoint is null ? schemes : [endpoint])
        {
            if (Pick(configuration.GetSection($"services:{service}:{key}")) is { } found)
            {
                return Join(found, address);
            }
        }

        return schemes.Length == 1 ? address : new UriBuilder(address) { Scheme = schemes[0], Port = address.IsDefaultPort ? -1 : address.Port }.Uri;
    }

    private static (string Service, string? Endpoint) SplitHost(string host)
    {
        var dot = host.StartsWith('_') ? host.IndexOf('.', StringComparison.Ordinal) : -1;
        return dot < 0 ? (host, null) : (host[(dot + 1)..], host[1..dot]);
    }

    private static Uri Join(Uri found, Uri address) =>
        new(found.GetLeftPart(UriPartial.Path).TrimEnd('/') + address.PathAndQuery);

    private Uri? Pick(IConfigurationSection section)
    {
        var addresses = section.GetChildren().Where(child => !string.IsNullOrWhiteSpace(child.Value)).ToList();
        if (addresses.Count == 0)
        {
            return null;
        }

        var chosen = addresses[(int)((Interlocked.Increment(ref _turn) - 1) % (uint)addresses.Count)];
        return Uri.TryCreate(chosen.Value, UriKind.Absolute, out var uri) && uri.Host.Length > 0
            ? uri
            : throw new InvalidOperationException($"{chosen.Path} has \"{chosen.Value}\"; it must be a full address such as http://localhost:5000.");
    }
}
