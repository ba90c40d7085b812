using System.Globalization;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A StackExchange.Redis connection string, as far as the app model needs to understand it.</summary>
internal sealed record ExternalRedis(string ConnectionString, string Host, int Port, string? User, string? Password, bool Tls)
{
    /// <summary>Reads <c>host[:port][,host:port…][,name=value…]</c>; the first host is the one that is watched.</summary>
    /// <exception cref="DistributedApplicationException">No host, or a port that is none. The text of the string is not repeated: it may hold a password.</exception>
    public static ExternalRedis Parse(string connectionString, string setting)
    {
        string? host = null, user = null, password = null;
        var port = 0;
        var tls = false;
        foreach (var part in connectionString.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                if (host is null)
                {
                    (host, port) = Address(part, setting);
                }

                continue;
            }

            var value = part[(equals + 1)..];
            switch (part[..equals].Trim().ToLowerInvariant())
            {
                case "password": password = value; break;
                case "user": user = value; break;
                case "ssl": tls = string.Equals(value, "true", StringComparison.OrdinalIgnoreCase); break;
            }
        }

        return host is null
            ? throw new DistributedApplicationException($"The connection string in {setting} names no host: write it as host:port,password=…")
            : new ExternalRedis(connectionString, host, port == 0 ? (tls ? 6380 : 6379) : port, user, password, tls);
    }

    /// <summary>Never shows the password.</summary>
    public override string ToString() => $"{Host}:{Port}";

    private static (string Host, int Port) Address(string text, string setting)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            return (text, 0);
        }

        return int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? (text[..colon].Trim('[', ']'), port)
            : throw new DistributedApplicationException($"The connection string in {setting} has a port that is no number from 1 to 65535: write it as host:port,password=…");
    }
}
