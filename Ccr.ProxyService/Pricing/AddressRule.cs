namespace Ccr.ProxyService.Pricing;

/// <summary>
/// Which addresses belong to a provider of the price table: "api.example.com", "*.example.com" (any text for the star), or with the beginning
/// of the path, "host/accounts/*/ai" (any segment for the star).
/// </summary>
internal sealed class AddressRule
{
    private readonly string _host;
    private readonly string[] _segments;

    /// <summary>Reads a rule of prices.json.</summary>
    public AddressRule(string rule)
    {
        var slash = rule.IndexOf('/', StringComparison.Ordinal);
        _host = slash < 0 ? rule : rule[..slash];
        _segments = slash < 0 ? [] : rule[(slash + 1)..].Split('/');
    }

    /// <summary>Whether the address fits. Scheme, port and query do not matter.</summary>
    public bool Matches(Uri address)
    {
        if (!HostMatches(address.IdnHost))
        {
            return false;
        }

        if (_segments.Length == 0)
        {
            return true;
        }

        var path = address.AbsolutePath.AsSpan().Trim('/');
        var at = 0;
        foreach (var range in path.Split('/'))
        {
            if (_segments[at] != "*" && !path[range].SequenceEqual(_segments[at]))
            {
                return false;
            }

            if (++at == _segments.Length)
            {
                return true;
            }
        }

        return false;
    }

    private bool HostMatches(ReadOnlySpan<char> host)
    {
        var star = _host.IndexOf('*', StringComparison.Ordinal);
        if (star < 0)
        {
            return host.Equals(_host, StringComparison.OrdinalIgnoreCase);
        }

        // One star at most, for at least one character.
        var before = _host.AsSpan(0, star);
        var after = _host.AsSpan(star + 1);
        return host.Length > before.Length + after.Length
            && host.StartsWith(before, StringComparison.OrdinalIgnoreCase)
            && host.EndsWith(after, StringComparison.OrdinalIgnoreCase);
    }
}
