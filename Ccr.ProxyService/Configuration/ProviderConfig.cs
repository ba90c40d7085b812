using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Transformers;
using Ccr.ProxyService.Pricing;

namespace Ccr.ProxyService.Configuration;

/// <summary>One upstream.</summary>
internal sealed record ProviderConfig
{
    /// <summary>The provider's name in routes; unique without regard to case.</summary>
    public required string Name { get; init; }

    /// <summary>The full endpoint address (api_base_url), such as https://api.deepseek.com/chat/completions.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>The provider's key; null sends none. Never logged.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Its keys, at least one; <see cref="ApiKey"/> is the first one's.</summary>
    public IReadOnlyList<ProviderKey> Keys { get => field ??= [new("key-1", ApiKey)]; init; }

    /// <summary>What is asked of it at most (limits).</summary>
    public ProviderLimits Limits { get; init; } = ProviderLimits.None;

    /// <summary>Whether its headers may say that a key is used up (honor_ratelimit_headers). Default true.</summary>
    public bool HonorsRateLimitHeaders { get; init; } = true;

    /// <summary>What becomes of its 429 (rate_limit_policy); null leaves it to <see cref="RouterConfig.RateLimitPolicy"/>.</summary>
    public RateLimitPolicy? RateLimitPolicy { get; init; }

    /// <summary>The wire protocol this provider speaks.</summary>
    public required Dialect Protocol { get; init; }

    /// <summary>Models offered, as the provider spells them.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>Headers added to every call (extra_headers); they win over ours.</summary>
    public IReadOnlyDictionary<string, string> ExtraHeaders { get; init; } = new Dictionary<string, string>();

    /// <summary>anthropic-version sent when the client sent none. Default 2023-06-01.</summary>
    public string AnthropicVersion { get; init; } = "2023-06-01";

    /// <summary>True sends the key as Authorization: Bearer to an Anthropic-protocol provider (auth_header); otherwise x-api-key.</summary>
    public bool UseBearer { get; init; }

    /// <summary>Members set in every body sent (extra_body); null for none.</summary>
    public JsonObject? ExtraBody { get; init; }

    /// <summary>What transformer.use asks for, for all models.</summary>
    public IReadOnlyList<Transformer> Transformers { get; init; } = [];

    /// <summary>What a model adds to that: its transformers, headers and body members, by the model's name.</summary>
    public IReadOnlyDictionary<string, ModelSettings> ModelSettings { get; init; } = new Dictionary<string, ModelSettings>();

    /// <summary>The Rust router's name for this provider as a tier (tier_name): another key for tierRetries; null for none.</summary>
    public string? TierName { get; init; }

    /// <summary>Limits of stages for this provider's calls (timeouts).</summary>
    public TimeoutConfig Timeouts { get; init; } = new();
    /// <summary>What this provider's models cost, where <see cref="ModelPricing"/> does not say otherwise; null leaves it to the list prices.</summary>
    public ModelPrice? Pricing { get; init; }

    /// <summary>What single models cost, by the model's name.</summary>
    public IReadOnlyDictionary<string, ModelPrice> ModelPricing { get; init; } = new Dictionary<string, ModelPrice>();

    /// <summary>True for the publishers' addresses of Vertex AI, which have the model and the verb in the path.</summary>
    public bool IsVertex { get; init; }

    /// <summary>True exempts it from Router.forceNonStreaming (allow_streaming). Default false.</summary>
    public bool AllowStreaming { get; init; }
    /// <summary>How often it comes first where Router.order is weighted, relative to the others; 0 makes it a fallback only. Default 1.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>True for Anthropic in the modes that pass the client's own credentials on: they are sent in the place of a key, and bodies go untouched. No setting of a provider.</summary>
    public bool ForwardsClientCredentials { get; init; }

    /// <summary>How its models' tokens are counted (tokenizer); null leaves it to their names.</summary>
    public TokenizerSettings? Tokenizer { get; init; }

    /// <summary>Who answers count_tokens. Default: the provider where it can.</summary>
    public CountTokensBy CountTokens { get; init; }

    /// <summary>Why this provider is not used (for instance an unset environment variable); null when it is.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>The model as this provider spells it, found without regard to case; null when it is not in <see cref="Models"/>.</summary>
    public string? FindModel(ReadOnlySpan<char> model)
    {
        foreach (var known in Models)
        {
            if (model.Equals(known, StringComparison.OrdinalIgnoreCase))
            {
                return known;
            }
        }

        return null;
    }

    /// <summary>Name and protocol only, so that a key never reaches a log by accident.</summary>
    public override string ToString() => $"{Name} ({Protocol})";
}
