namespace Ccr.ProxyService.Health;

/// <summary>How a call came through a breaker.</summary>
internal enum Entrance
{
    /// <summary>Not at all.</summary>
    Refused,

    /// <summary>The breaker was closed.</summary>
    Usual,

    /// <summary>As the one call that finds out whether the target is well again.</summary>
    Probe,

    /// <summary>Although it was open, because there was nobody else to ask.</summary>
    Forced,
}
