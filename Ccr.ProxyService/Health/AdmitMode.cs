namespace Ccr.ProxyService.Health;

/// <summary>How much is done to be let through to a target.</summary>
[Flags]
internal enum AdmitMode
{
    /// <summary>Waits for a free place. For the only target, or the last one.</summary>
    Wait = 0,

    /// <summary>Refused as busy at once when no place is free. While there are other targets to ask.</summary>
    NoWait = 1,

    /// <summary>
    /// Goes past an open breaker, a missing model and a barred key: when nobody else answered, a try is never worse than an error. Rate limits, our own limits and places still hold.
    /// </summary>
    Force = 2,
}
