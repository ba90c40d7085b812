using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Health;

/// <summary>The permission to ask a target once, with one of its keys. Every pass is given back exactly once: <see cref="TargetHealth.Succeeded"/>, Failed or Abandoned.</summary>
internal sealed class Pass(RouteTarget target, ProviderKey key)
{
    /// <summary>Whom to ask.</summary>
    public RouteTarget Target { get; } = target;

    /// <summary>The key to ask with.</summary>
    public ProviderKey Key { get; } = key;
}
