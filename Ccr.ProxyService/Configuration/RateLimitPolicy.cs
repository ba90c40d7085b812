namespace Ccr.ProxyService.Configuration;

/// <summary>What becomes of a 429 of a target.</summary>
internal enum RateLimitPolicy
{
    /// <summary>The next target is asked. The default.</summary>
    Cascade,

    /// <summary>The client is told, in its own dialect, with retry-after: for clients that pace themselves.</summary>
    Passthrough,
}
