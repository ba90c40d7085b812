namespace Ccr.ProxyService.Configuration;

/// <summary>Every setting by section: the one list that unknown-key warnings, docs/configuration.md and its test go by.</summary>
internal static class KnownSettings
{
    /// <summary>The top of the file.</summary>
    public static readonly KnownSetting[] Top =
    [
        new("Providers", "array of objects", "none") { Aliases = ["providers"] },
        new("Router", "object", "none"),
        new("fallback", "object", "none"),
        new("Affinity", "object", "see below"),
        new("Mode", "object", "none"),
        new("HOST", "string", "127.0.0.1"),
        new("PORT", "number", "3456"),
        new("APIKEY", "string", "none"),
        new("API_TIMEOUT_MS", "number", "600000"),
        new("PROXY_URL", "string", "none") { Aliases = ["HTTPS_PROXY", "https_proxy", "httpsProxy"] },
        new("LOG", "true or false", "true"),
        new("LOG_LEVEL", "string", "info"),
        new("MAX_BODY_BYTES", "number", "67108864"),
        new("Timeouts", "object", "none"),
        new("Streams", "object", "none"),
        new("Hedge", "object", "none"),
        new("Rescue", "object", "none"),
        new("Attach", "object", "see below"),
        new("Usage", "object", "see below"),
        new("Keys", "object", "see below"),
        new("Budget", "object", "none"),
        new("CUSTOM_ROUTER_PATH", "string", "none"),
        new("customRouter", "object", "none"),
        new("Presets", "object of objects", "none"),
        new("Breaker", "object", "see below"),
        new("Cooldown", "object", "see below"),
        new("HealthProbes", "object", "see below"),
        .. NotYet(
            "CLAUDE_PATH", "NON_INTERACTIVE_MODE", "REWRITE_SYSTEM_PROMPT", "forceUseImageAgent",
            "transformers", "plugins", "Plugins", "StatusLine", "ANTHROPIC_SMALL_FAST_MODEL",
            "Persistence", "DebugCapture", "POOL_MAX_IDLE_PER_HOST", "POOL_IDLE_TIMEOUT_MS", "SSE_BUFFER_SIZE",
            "BROKER_SOCKET", "Frontend", "profile"),
    ];

    /// <summary>One object of Providers.</summary>
    public static readonly KnownSetting[] Provider =
    [
        new("name", "string", "required"),
        new("api_base_url", "string", "required"),
        new("api_key", "string or array", "none"),
        new("api_keys", "array of strings and objects", "none"),
        new("models", "array of strings", "none"),
        new("protocol", "\"anthropic\", \"openai\", \"openai-responses\" or \"gemini\"", "see below"),
        new("transformer", "object", "none"),
        new("anthropic_version", "string", "2023-06-01"),
        new("auth_header", "\"x-api-key\" or \"bearer\"", "x-api-key"),
        new("extra_headers", "object of strings", "none"),
        new("extra_body", "object", "none"),
        new("model_settings", "object of objects", "none"),
        new("tier_name", "string", "none"),
        new("timeouts", "object", "none"),
        new("allow_streaming", "true or false", "false"),
        new("pricing", "object", "list prices"),
        new("model_pricing", "object of objects", "none") { Aliases = ["modelPricing"] },
        new("weight", "number", "1"),
        new("limits", "object", "none"),
        new("honor_ratelimit_headers", "true or false", "true"),
        new("rate_limit_policy", "\"cascade\" or \"passthrough\"", "the router's"),
        new("tokenizer", "object", "none"),
        new("count_tokens", "\"provider\" or \"local\"", "provider"),
    ];

    /// <summary>One model of model_settings.</summary>
    public static readonly KnownSetting[] Model =
    [
        new("extra_headers", "object of strings", "none"),
        new("extra_body", "object", "none"),
    ];

    /// <summary>tokenizer of a provider.</summary>
    public static readonly KnownSetting[] Tokenizer =
    [
        new("default", "object", "none"),
        new("models", "object of objects", "none"),
    ];

    /// <summary>tokenizer.default, and each of tokenizer.models.</summary>
    public static readonly KnownSetting[] TokenizerChoice =
    [
        new("type", "\"tiktoken\", \"huggingface\" or \"api\"", "required"),
        new("encoding", "string", "cl100k_base"),
        new("calibration", "number", "learned"),
        new("model", "string", "none"),
        new("url", "string", "none"),
        new("apiKey", "string", "none"),
        new("requestFormat", "\"standard\", \"openai\", \"anthropic\" or \"custom\"", "standard"),
        new("responseField", "string", "token_count"),
        new("headers", "object of strings", "none"),
        new("fallback", "string", "none"),
    ];

    /// <summary>pricing, and one model of model_pricing.</summary>
    public static readonly KnownSetting[] Pricing =
    [
        new("input_per_million_tokens", "number", "none") { Aliases = ["inputPerMillionTokens"] },
        new("output_per_million_tokens", "number", "none") { Aliases = ["outputPerMillionTokens"] },
        new("cache_read_per_million_tokens", "number", "input's price") { Aliases = ["cacheReadPerMillionTokens"] },
        new("cache_write_per_million_tokens", "number", "input's price") { Aliases = ["cacheWritePerMillionTokens"] },
        new("cache_write_1h_per_million_tokens", "number", "see below") { Aliases = ["cacheWrite1hPerMillionTokens"] },
        new("reasoning_per_million_tokens", "number", "output's price") { Aliases = ["reasoningPerMillionTokens"] },
        new("web_searches_per_thousand", "number", "none") { Aliases = ["webSearchesPerThousand"] },
    ];

    /// <summary>One key of api_keys, written as an object.</summary>
    public static readonly KnownSetting[] Key =
    [
        new("key", "string", "required"),
        new("name", "string", "key-1, key-2, …"),
        new("weight", "number", "1"),
        new("requests_per_minute", "number", "none"),
        new("tokens_per_minute", "number", "none"),
    ];

    /// <summary>limits of a provider.</summary>
    public static readonly KnownSetting[] Limits =
    [
        new("requests_per_minute", "number", "none"),
        new("tokens_per_minute", "number", "none"),
        new("max_concurrent", "number", "none"),
        new("max_queue", "number", "1000"),
        new("max_wait_ms", "number", "10000"),
    ];

    /// <summary>Breaker.</summary>
    public static readonly KnownSetting[] Breaker =
    [
        new("enabled", "true or false", "true"),
        new("failures", "number", "3"),
        new("windowMs", "number", "30000"),
        new("failureRate", "number", "0.5"),
        new("minimumCalls", "number", "20"),
        new("openMs", "number", "15000"),
        new("maxOpenMs", "number", "30000"),
        new("slowCallMs", "number", "0"),
        new("slowCallRate", "number", "0.8"),
    ];

    /// <summary>Cooldown.</summary>
    public static readonly KnownSetting[] Cooldown =
    [
        new("baseMs", "number", "1000"),
        new("maxMs", "number", "60000"),
    ];

    /// <summary>HealthProbes.</summary>
    public static readonly KnownSetting[] HealthProbes =
    [
        new("enabled", "true or false", "false"),
        new("intervalMs", "number", "10000"),
        new("timeoutMs", "number", "10000"),
    ];

    /// <summary>Router.</summary>
    public static readonly KnownSetting[] Router =
    [
        new("default", "route", "none"),
        new("background", "route", "none"),
        new("think", "route", "none"),
        new("longContext", "route", "none"),
        new("longContextThreshold", "number", "60000"),
        new("webSearch", "route or object", "none"),
        new("image", "route", "none"),
        new("tiers", "array of routes", "none"),
        new("tierRetries", "object of objects", "none"),
        new("rules", "array of objects", "none"),
        new("ignoreDirect", "true or false", "false"),
        new("bareModels", "true or false", "see routing.md"),
        new("forceNonStreaming", "true or false", "false"),
        new("topK", "number", "all"),
        new("presets", "object of objects", "none"),
        new("order", "\"latency\", \"priority\", \"cost\", \"weighted\" or \"leastBusy\"", "latency"),
        new("rateLimitPolicy", "\"cascade\" or \"passthrough\"", "cascade"),
        .. NotYet("routingTemperature", "gpRouting", "batching", "web_search"),
    ];

    /// <summary>customRouter.</summary>
    public static readonly KnownSetting[] CustomRouter =
    [
        new("timeoutMs", "number", "1000"),
        new("node", "string", "node"),
        new("maxBodyBytes", "number", "1048576"),
    ];

    /// <summary>One preset of Presets; its other members are parameters.</summary>
    public static readonly KnownSetting[] Preset =
    [
        new("route", "route", "required"),
    ];

    /// <summary>One rule of Router.rules.</summary>
    public static readonly KnownSetting[] Rule =
    [
        new("name", "string", "its number"),
        new("when", "object", "always"),
        new("route", "route or array of routes", "none"),
        new("set", "object", "none"),
    ];

    /// <summary>The conditions of a rule.</summary>
    public static readonly KnownSetting[] RuleWhen =
    [
        new("model", "pattern or array", "any"),
        new("header", "object of patterns", "any"),
        new("userAgent", "pattern or array", "any"),
        new("client", "word or array", "any"),
        new("tokens", "object", "any"),
        new("tools", "pattern or array", "any"),
        new("hasImage", "true or false", "any"),
        new("text", "pattern or array", "any"),
        new("dialect", "word or array", "any"),
        new("scenario", "word or array", "any"),
    ];

    /// <summary>The number of tokens that a rule asks for.</summary>
    public static readonly KnownSetting[] RuleTokens =
    [
        new("over", "number", "none"),
        new("under", "number", "none"),
    ];

    /// <summary>Router.webSearch in the Rust router's form.</summary>
    public static readonly KnownSetting[] WebSearch =
    [
        new("enabled", "true or false", "false"),
        new("search_provider", "route", "none"),
    ];

    /// <summary>Affinity.</summary>
    public static readonly KnownSetting[] Affinity =
    [
        new("enabled", "true or false", "true"),
        new("ttlMs", "number", "3600000"),
        new("warmMs", "number", "300000"),
    ];

    /// <summary>Mode.</summary>
    public static readonly KnownSetting[] Mode =
    [
        new("default", "\"route\", \"target\", \"compare\" or \"anthropic-only\"", "route"),
        new("target", "route", "none"),
        new("temperature", "number", "the client's"),
        new("top_p", "number", "the client's"),
        new("max_tokens", "number", "the client's"),
        new("passthroughUrl", "string", "https://api.anthropic.com"),
        new("forwardClientCredentials", "true or false", "false"),
        new("maxConcurrentCompares", "number", "50"),
    ];

    /// <summary>fallback: lists of routes by scenario.</summary>
    public static readonly KnownSetting[] Fallback =
    [
        new("default", "array of routes", "none"),
        new("background", "array of routes", "none"),
        new("think", "array of routes", "none"),
        new("longContext", "array of routes", "none"),
        new("webSearch", "array of routes", "none"),
        new("image", "array of routes", "none"),
    ];

    /// <summary>Timeouts, and a provider's timeouts; all in milliseconds.</summary>
    public static readonly KnownSetting[] Timeouts =
    [
        new("connectMs", "number", "10000"),
        new("responseHeadersMs", "number", "120000"),
        new("firstEventMs", "number", "120000"),
        new("firstContentMs", "number", "300000"),
        new("idleMs", "number", "120000"),
        new("totalMs", "number", "0, none"),
    ];

    /// <summary>Streams.</summary>
    public static readonly KnownSetting[] Streams =
    [
        new("commitWaitMs", "number", "10000"),
        new("keepAliveMs", "number", "15000"),
        new("drainMs", "number", "6000; 2500 under an orchestrator"),
    ];

    /// <summary>Hedge.</summary>
    public static readonly KnownSetting[] Hedge =
    [
        new("enabled", "true or false", "true"),
        new("delayMs", "number", "learned"),
        new("minDelayMs", "number", "10000"),
    ];

    /// <summary>Rescue.</summary>
    public static readonly KnownSetting[] Rescue =
    [
        new("enabled", "true or false", "true"),
        new("errorFor", "array of strings", "none"),
        new("maxBytes", "number", "2097152"),
    ];

    /// <summary>Attach.</summary>
    public static readonly KnownSetting[] Attach =
    [
        new("enabled", "true or false", "true"),
        new("concurrent", "true or false", "false"),
        new("windowMs", "number", "1500"),
        new("maxBytes", "number", "4194304"),
    ];

    /// <summary>Usage.</summary>
    public static readonly KnownSetting[] Usage =
    [
        new("flushMs", "number", "1000"),
        new("spool", "true or false", "true"),
        new("spoolDirectory", "string", "see below"),
        new("spoolMaxBytes", "number", "67108864"),
    ];

    /// <summary>Keys.</summary>
    public static readonly KnownSetting[] Keys =
    [
        new("required", "true or false", "false"),
        new("whenRedisIsAway", "\"local\" or \"refuse\"", "local"),
        new("unpriced", "\"deny\" or \"allow\"", "deny"),
        new("defaultMaxTokens", "number", "32000"),
        new("redisWaitMs", "number", "1000"),
    ];

    /// <summary>Budget.</summary>
    public static readonly KnownSetting[] Budget =
    [
        new("maxAttempts", "number", "10"),
        new("maxMs", "number", "300000"),
    ];

    /// <summary>One entry of Router.tierRetries.</summary>
    public static readonly KnownSetting[] TierRetry =
    [
        new("max_retries", "number", "2"),
        new("base_backoff_ms", "number", "250"),
        new("backoff_multiplier", "number", "2"),
        new("max_backoff_ms", "number", "10000"),
        new("max_retry_after_ms", "number", "5000"),
        new("stream_first_event_timeout_ms", "number", "120000") { Aliases = ["streamFirstEventTimeoutMs"] },
        new("stream_idle_timeout_ms", "number", "120000") { Aliases = ["streamIdleTimeoutMs"] },
    ];

    private static IEnumerable<KnownSetting> NotYet(params string[] names) =>
        names.Select(name => new KnownSetting(name, "any", "not in effect") { InEffect = false });
}
