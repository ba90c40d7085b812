namespace Ccr.ProxyService.Routing.Affinity;

/// <summary>What is known of a request's session while the request is on its way.</summary>
/// <param name="Key">The session.</param>
/// <param name="Binding">Where it was served before; null when nobody knows.</param>
internal sealed record SessionTicket(SessionKey Key, AffinityBinding? Binding)
{
    /// <summary>Why the request does not go to its binding's target first, in one word; null when it does or has none.</summary>
    public string? Left { get; set; }
}
