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
        new("HOST", "string", "127.0.0.1"),
        new("PORT", "number", "3456"),
        new("APIKEY", "string", "none"),
        new("API_TIMEOUT_MS", "number", "600000"),
        new("PROXY_URL", "string", "none") { Aliases = ["HTTPS_PROXY", "https_proxy", "httpsProxy"] },
        new("LOG", "true or false", "true"),
        new("LOG_LEVEL", "string", "info"),
        new("MAX_BODY_BYTES", "number", "67108864"),
        .. NotYet(
            "CLAUDE_PATH", "NON_INTERACTIVE_MODE", "CUSTOM_ROUTER_PATH", "REWRITE_SYSTEM_PROMPT", "forceUseImageAgent",
            "transformers", "plugins", "Plugins", "StatusLine", "ANTHROPIC_SMALL_FAST_MODEL",
            "Presets", "Persistence", "DebugCapture", "POOL_MAX_IDLE_PER_HOST", "POOL_IDLE_TIMEOUT_MS", "SSE_BUFFER_SIZE",
            "BROKER_SOCKET", "Frontend", "profile"),
    ];

    /// <summary>One object of Providers.</summary>
    public static readonly KnownSetting[] Provider =
    [
        new("name", "string", "required"),
        new("api_base_url", "string", "required"),
        new("api_key", "string", "none"),
        new("models", "array of strings", "none"),
        new("protocol", "\"anthropic\", \"openai\", \"openai-responses\" or \"gemini\"", "see below"),
        new("transformer", "object", "none"),
        new("anthropic_version", "string", "2023-06-01"),
        new("auth_header", "\"x-api-key\" or \"bearer\"", "x-api-key"),
        new("extra_headers", "object of strings", "none"),
        new("extra_body", "object", "none"),
        new("model_settings", "object of objects", "none"),
        new("tokenizer", "object", "none"),
        new("count_tokens", "\"provider\" or \"local\"", "provider"),
        .. NotYet("tier_name", "pricing", "model_pricing", "modelPricing", "honor_ratelimit_headers", "allow_streaming"),
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
        .. NotYet(
            "tierRetries", "forceNonStreaming", "ignoreDirect", "topK", "routingTemperature", "gpRouting", "presets", "batching",
            "web_search", "rules"),
    ];

    /// <summary>Router.webSearch in the Rust router's form.</summary>
    public static readonly KnownSetting[] WebSearch =
    [
        new("enabled", "true or false", "false"),
        new("search_provider", "route", "none"),
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

    private static IEnumerable<KnownSetting> NotYet(params string[] names) =>
        names.Select(name => new KnownSetting(name, "any", "not in effect") { InEffect = false });
}
