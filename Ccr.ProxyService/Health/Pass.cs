using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Health;

/// <summary>The permission to ask a target once, with one of its keys. Every pass is given back exactly once: <see cref="TargetHealth.Succeeded"/>, Failed or Abandoned.</summary>
internal sealed class Pass(RouteTarget target, ProviderKey key, CcrConfig config, TargetEntry entry, ProviderEntry provider, Entrance entrance)
{
    private int _isGivenBack;

    /// <summary>Whom to ask.</summary>
    public RouteTarget Target { get; } = target;

    /// <summary>The key to ask with.</summary>
    public ProviderKey Key { get; } = key;

    /// <summary>True for the one call that finds out whether a target whose breaker was open is well again: worth a short time limit, and not worth a retry.</summary>
    public bool IsProbe { get; } = entrance == Entrance.Probe;

    /// <summary>The configuration the call began with.</summary>
    public CcrConfig Config { get; } = config;

    /// <summary>What is known of the target.</summary>
    public TargetEntry Entry { get; } = entry;

    /// <summary>What is known of the provider.</summary>
    public ProviderEntry Provider { get; } = provider;

    /// <summary>How it came through the breaker; a call that the breaker has judged by its first content goes on as a usual one.</summary>
    public Entrance Entrance { get; set; } = entrance;

    /// <summary>Whether the first content came.</summary>
    public bool HasContent { get; set; }

    /// <summary>Gives it back; false when that was done before.</summary>
    public bool GiveBack() => Interlocked.Exchange(ref _isGivenBack, 1) == 0;
}
