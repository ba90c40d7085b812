namespace Ccr.ProxyService.Health;

/// <summary>How a breaker stands.</summary>
internal enum BreakerState
{
    /// <summary>The target is asked.</summary>
    Closed,

    /// <summary>The time of being open is over: one call at a time may find out.</summary>
    HalfOpen,

    /// <summary>The target is not asked.</summary>
    Open,
}
