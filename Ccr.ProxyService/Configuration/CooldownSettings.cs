namespace Ccr.ProxyService.Configuration;

/// <summary>How long a key rests after a 429 that does not say how long. The section "Cooldown".</summary>
internal sealed record CooldownSettings
{
    /// <summary>After the first; doubled with every further one. Default 1 s.</summary>
    public TimeSpan Base { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest. Default 60 s.</summary>
    public TimeSpan Max { get; init; } = TimeSpan.FromSeconds(60);
}
