namespace Ccr.ProxyService.Configuration;

/// <summary>One immutable, validated configuration: the schema of the Node router 1.x and 2.x, interpolated and typed.</summary>
internal sealed record CcrConfig
{
    /// <summary>Where it came from: a file path, or "built-in demo".</summary>
    public required string Source { get; init; }

    /// <summary>True when no file was found and the built-in demo configuration is in force.</summary>
    public bool IsDemo { get; init; }

    /// <summary>Address to listen on; without <see cref="ApiKey"/> always loopback. Default 127.0.0.1.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Port to listen on. Default 3456.</summary>
    public int Port { get; init; } = 3456;

    /// <summary>The key that clients must send (x-api-key or Bearer); null accepts anyone on loopback.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Longest wait for a provider's response headers, and for the next byte of a stream. Default 10 minutes (API_TIMEOUT_MS).</summary>
    public TimeSpan ApiTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>HTTP proxy for calls to providers (PROXY_URL); null for none.</summary>
    public Uri? ProxyUrl { get; init; }

    /// <summary>Largest request body accepted, in bytes (MAX_BODY_BYTES). Default 64 MiB.</summary>
    public long MaxBodyBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>The minimum level of log lines (LOG_LEVEL); LOG=false is <see cref="LogLevel.None"/>. Default Information.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Limits of the stages of calls to providers, where a provider or tier has none of its own.</summary>
    public TimeoutConfig Timeouts { get; init; } = new();

    /// <summary>How streams to clients are kept.</summary>
    public StreamConfig Streams { get; init; } = new();

    /// <summary>When a slow target is raced.</summary>
    public HedgeConfig Hedge { get; init; } = new();

    /// <summary>What becomes of streams that break.</summary>
    public RescueConfig Rescue { get; init; } = new();

    /// <summary>When a request gets the answer of an identical one.</summary>
    public AttachConfig Attach { get; init; } = new();

    /// <summary>How what was counted reaches Redis.</summary>
    public UsageConfig Usage { get; init; } = new();

    /// <summary>What holds for all virtual keys.</summary>
    public KeysConfig Keys { get; init; } = new();

    /// <summary>What one request may cost in tries and time.</summary>
    public BudgetConfig Budget { get; init; } = new();

    /// <summary>All providers of the file, the disabled ones included.</summary>
    public required IReadOnlyList<ProviderConfig> Providers { get; init; }

    /// <summary>Routes by scenario.</summary>
    public required RouterConfig Router { get; init; }

    /// <summary>Presets by name, without regard to case.</summary>
    public IReadOnlyDictionary<string, PresetConfig> Presets { get; init; } = new Dictionary<string, PresetConfig>();

    /// <summary>The script that is asked first (CUSTOM_ROUTER_PATH); null for none.</summary>
    public CustomRouterConfig? CustomRouter { get; init; }

    /// <summary>The modes of the router.</summary>
    public ModeConfig Mode { get; init; } = new();

    /// <summary>How long sessions stay with a target.</summary>
    public AffinityConfig Affinity { get; init; } = new();

    /// <summary>When a target is no longer asked (Breaker).</summary>
    public BreakerSettings Breaker { get; init; } = new();

    /// <summary>How long a key rests after a 429 (Cooldown).</summary>
    public CooldownSettings Cooldown { get; init; } = new();

    /// <summary>Small requests of our own to targets whose breaker is open (HealthProbes).</summary>
    public HealthProbeSettings HealthProbes { get; init; } = new();

    /// <summary>The enabled provider of that name, without regard to case; null when there is none.</summary>
    public ProviderConfig? FindProvider(ReadOnlySpan<char> name)
    {
        foreach (var provider in Providers)
        {
            if (provider.DisabledReason is null && name.Equals(provider.Name, StringComparison.OrdinalIgnoreCase))
            {
                return provider;
            }
        }

        return null;
    }

    /// <summary>Source and sizes only, so that a key never reaches a log by accident.</summary>
    public override string ToString() => $"{Source} ({Providers.Count} providers)";
}
