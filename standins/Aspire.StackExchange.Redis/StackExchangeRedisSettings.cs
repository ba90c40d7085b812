namespace Aspire.StackExchange.Redis;

/// <summary>
/// How a service reaches Redis. Read from the section <c>Aspire:StackExchange:Redis</c>, then from the same section with the
/// connection's name, then from <c>ConnectionStrings:NAME</c>, each over the one before.
/// </summary>
public sealed class StackExchangeRedisSettings
{
    /// <summary>Servers and options, comma-separated, as StackExchange.Redis reads them; null until one is configured.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>True leaves out the health check <c>StackExchange.Redis</c>. Default false.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Exists in the real package, which can trace commands. This stand-in makes no spans, so the value changes nothing.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>False connects when the host starts instead of on first use, without holding up the start. Default true.</summary>
    public bool DisableAutoActivation { get; set; } = true;
}
