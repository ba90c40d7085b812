namespace Ccr.ProxyService.Keys;

/// <summary>Who a request came from, as far as its key tells; a feature of the request.</summary>
/// <param name="Id">The id of the virtual key, or "master".</param>
/// <param name="Key">The virtual key; null for the configuration's APIKEY.</param>
internal sealed record KeyCaller(string Id, VirtualKey? Key)
{
    /// <summary>Whoever has the configuration's APIKEY.</summary>
    public static KeyCaller Master { get; } = new("master", null);

    /// <summary>The caller of a request; null when it needed no key and sent none of ours.</summary>
    public static KeyCaller? Of(HttpContext http) => http.Features.Get<KeyCaller>();

    /// <summary>The id only.</summary>
    public override string ToString() => Id;
}
