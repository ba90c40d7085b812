namespace Ccr.ProxyService.Configuration;

/// <summary>What holds for all virtual keys (Keys).</summary>
internal sealed record KeysConfig
{
    /// <summary>Whether every request of a client needs a key although APIKEY is not set. Default false: then requests of this machine need none.</summary>
    public bool Required { get; init; }

    /// <summary>Whether limits go on to be enforced by what this replica knows while Redis is away (local), or requests of limited keys are refused (refuse). Default local.</summary>
    public bool LocalWhenRedisIsAway { get; init; } = true;

    /// <summary>Whether a key with a budget may use targets without a known price (unpriced: allow), which are entered at nothing. Default false, deny.</summary>
    public bool AllowUnpriced { get; init; }

    /// <summary>The output that is reserved for a request that does not limit its own, in tokens. Default 32,000.</summary>
    public int DefaultMaxTokens { get; init; } = 32_000;

    /// <summary>How long Redis may take to answer before <see cref="LocalWhenRedisIsAway"/> decides, for this request and all after it until Redis answers again (redisWaitMs). Default 1 s.</summary>
    public TimeSpan RedisWait { get; init; } = TimeSpan.FromSeconds(1);
}
