namespace Ccr.ProxyService.Configuration;

/// <summary>How long a session stays with the target that served it.</summary>
internal sealed record AffinityConfig
{
    /// <summary>Off, every request is routed for itself. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>How long a session that sends nothing is remembered (ttlMs). Default 1 hour.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long after an answer the provider's prompt cache is taken to be warm (warmMs). Default 5 minutes, as long as Anthropic's and OpenAI's keep an entry.</summary>
    public TimeSpan Warm { get; init; } = TimeSpan.FromMinutes(5);
}
