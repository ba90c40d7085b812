using Ccr.ProxyService.Dispatch;

namespace Ccr.ProxyService.Routing;

/// <summary>What routing may look at, and what it finds out on the way.</summary>
/// <param name="Call">The request.</param>
internal sealed record RouteContext(ProxyCall Call)
{
    /// <summary>The preset of the address (/preset/NAME/…); null when there is none.</summary>
    public string? Preset { get; init; }
}
