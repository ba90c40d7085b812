using System.Buffers;
using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Configuration.Json5;
using Ccr.ProxyService.Pricing;

namespace Ccr.ProxyService.Configuration;

/// <summary>Reads one object of Providers.</summary>
internal sealed class ProviderReader(ConfigSection section, List<string> unset, bool customTransformers)
{
    // A provider that is disabled because its address holds an unset variable still needs one; nothing is ever sent there.
    private static readonly Uri NoAddress = new("http://disabled.invalid/");

    // RFC 9110, 5.6.2: the characters of a header name.
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    // These frame the message; a wrong one would desynchronise the connection.
    private static readonly string[] FramingHeaders =
        ["Connection", "Content-Length", "Expect", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade"];

    /// <summary>The provider; null when an error makes it unusable (then the problem list has it).</summary>
    public ProviderConfig? Read()
    {
        var problems = section.Problems;
        section.ReportNames();
        var name = Required("name", "name the provider, for example \"deepseek\"");
        if (name?.Contains(',') == true)
        {
            problems.Error(section.PathOf("name"), LineOf("name"), "must not contain a comma: routes are written \"provider,model\"");
        }

        var models = ReadModels();
        var keys = new ProviderKeysReader(section, unset).Read();
        var limits = ProviderLimitsReader.Read(section);
        var honors = section.Flag("honor_ratelimit_headers") ?? true;
        var policy = HealthReader.ReadPolicy(section, "rate_limit_policy");
        var transformers = new TransformerReader(section, customTransformers).Read(models);
        var endpoint = ReadEndpoint(transformers, out var protocol);
        var headers = ReadHeaders(section.Object("extra_headers"), section.PathOf("extra_headers"));
        var body = ReadBody(section.Object("extra_body"), section.PathOf("extra_body"));
        var modelSettings = ReadModelSettings(models, transformers);
        var pricing = new PricingReader(section);
        var price = pricing.ReadProvider();
        var modelPrices = pricing.ReadModels(models);
        var version = section.Text("anthropic_version");
        var useBearer = ReadAuthHeader(protocol);
        var allowStreaming = section.Flag("allow_streaming") ?? false;
        var weight = (int)(section.Integer("weight", 0, 1000) ?? 1);
        var tierName = section.Text("tier_name");
        var timeouts = ResilienceReader.ReadTimeouts(section, "timeouts");
        var tokenizer = new TokenizerReader(section, ReadHeaders).Read(models);
        var countTokens = ReadCountTokens();
        if (name is null || endpoint is null)
        {
            return null;
        }

        var provider = new ProviderConfig
        {
            Name = name,
            BaseUrl = endpoint,
            ApiKey = unset.Count > 0 ? null : keys[0].Secret,
            Keys = keys,
            Limits = limits,
            HonorsRateLimitHeaders = honors,
            RateLimitPolicy = policy,
            Protocol = protocol,
            Models = models,
            ExtraHeaders = headers,
            ExtraBody = body,
            Transformers = transformers.All,
            ModelSettings = modelSettings,
            TierName = tierName,
            Timeouts = timeouts,
            Pricing = price,
            ModelPricing = modelPrices,
            Tokenizer = tokenizer,
            CountTokens = countTokens,
            UseBearer = useBearer || transformers.Vertex is not null,
            IsVertex = transformers.Vertex is not null,
            AllowStreaming = allowStreaming,
            Weight = weight,
            DisabledReason = DisabledReason(),
        };
        return version is null ? provider : provider with { AnthropicVersion = version };
    }

    private string? DisabledReason()
    {
        if (unset.Count == 0)
        {
            return null;
        }

        var variables = unset.Distinct().Select(v => Shown.Plain(v, 80)).ToList();
        return variables.Count == 1
            ? $"the environment variable {variables[0]} is not set or empty"
            : $"the environment variables {string.Join(", ", variables)} are not set or empty";
    }

    private Dictionary<string, ModelSettings> ReadModelSettings(List<string> models, TransformerUse transformers)
    {
        var settings = new Dictionary<string, ModelSettings>(StringComparer.OrdinalIgnoreCase);
        foreach (var (model, used) in transformers.ByModel)
        {
            settings[model] = new() { Transformers = used };
        }

        var path = section.PathOf("model_settings");
        foreach (var member in section.Object("model_settings")?.Members ?? [])
        {
            var modelPath = $"{path}.{member.Name}";
            if (!models.Contains(member.Name, StringComparer.OrdinalIgnoreCase))
            {
                section.Problems.Warning(modelPath, member.Line, $"is no model of this provider{Suggestion.Clause(member.Name, models)}");
            }

            if (member.Value is not Json5Object entry)
            {
                section.Problems.Error(modelPath, member.Value.Line, $"must be an object, but is {member.Value.Kind}");
                continue;
            }

            var inner = section.Below(entry, modelPath, KnownSettings.Model);
            inner.ReportNames();
            settings[member.Name] = settings.GetValueOrDefault(member.Name, new()) with
            {
                ExtraHeaders = ReadHeaders(inner.Object("extra_headers"), inner.PathOf("extra_headers")),
                ExtraBody = ReadBody(inner.Object("extra_body"), inner.PathOf("extra_body")),
            };
        }

        return settings;
    }

    private JsonObject? ReadBody(Json5Object? value, string path)
    {
        if (value?.Find("model") is { } model)
        {
            section.Problems.Error($"{path}.model", model.Line, "cannot be set: routes name the model");
        }

        return value is null ? null : Json5Nodes.ToNode(value, section, path) as JsonObject;
    }

    private string? Required(string name, string remedy)
    {
        var text = section.Text(name);
        var member = section.Find(name);
        if (text is null && member?.Value is null or Json5String { Text.Length: 0 })
        {
            section.Problems.Error(section.PathOf(name), member?.Line ?? section.Line, $"missing: {remedy}");
        }
        else if (text is null && member?.Value is Json5String)
        {
            section.Problems.Error(section.PathOf(name), member.Line, $"empty: {remedy}");
        }

        return text;
    }

    private List<string> ReadModels()
    {
        var models = new List<string>();
        var path = section.PathOf("models");
        foreach (var (item, index) in (section.Array("models")?.Items ?? []).Select((item, index) => (item, index)))
        {
            if (section.Text(item, $"{path}[{index}]") is { } model)
            {
                if (!models.Contains(model))
                {
                    models.Add(model);
                }
            }
            else if (item is Json5String)
            {
                section.Problems.Error($"{path}[{index}]", item.Line, "empty: name a model, or remove the entry");
            }
        }

        if (models.Count == 0 && section.Find("models")?.Value is null or Json5Array { Items.Count: 0 })
        {
            section.Problems.Warning(path, LineOf("models"), "no models: list them as the provider spells them, so that routes can be checked and clients can see them");
        }

        return models;
    }

    private Uri? ReadEndpoint(TransformerUse transformers, out Dialect protocol)
    {
        var problems = section.Problems;
        Dialect? said = null;
        if (section.Text("protocol") is { } text)
        {
            said = text.ToUpperInvariant() switch
            {
                "ANTHROPIC" => Dialect.Anthropic,
                "OPENAI" => Dialect.OpenAIChat,
                "OPENAI-RESPONSES" => Dialect.OpenAIResponses,
                "GEMINI" => Dialect.Gemini,
                _ => null,
            };
            if (said is null)
            {
                problems.Error(section.PathOf("protocol"), LineOf("protocol"), "must be \"anthropic\", \"openai\", \"openai-responses\" or \"gemini\"");
            }
        }

        said ??= transformers.Protocol;
        protocol = said ?? Dialect.OpenAIChat;
        var before = unset.Count;
        var url = Required("api_base_url", "give the provider's address, for example \"https://api.deepseek.com/v1\"");
        if (unset.Count > before)
        {
            return NoAddress;
        }

        if (url is null)
        {
            return null;
        }

        if (ProviderAddress.Fault(url, out var address) is { } fault)
        {
            problems.Error(section.PathOf("api_base_url"), LineOf("api_base_url"), fault);
            return null;
        }

        protocol = said ?? ProviderAddress.Guess(address!);
        return transformers.Vertex is { } vertex ? ProviderAddress.Vertex(address!, vertex) : ProviderAddress.Endpoint(address!, protocol);
    }

    private CountTokensBy ReadCountTokens()
    {
        switch (section.Text("count_tokens")?.ToUpperInvariant())
        {
            case null or "PROVIDER":
                return CountTokensBy.Provider;
            case "LOCAL":
                return CountTokensBy.Local;
            default:
                section.Problems.Error(section.PathOf("count_tokens"), LineOf("count_tokens"), "must be \"provider\" or \"local\"");
                return CountTokensBy.Local;
        }
    }

    private bool ReadAuthHeader(Dialect protocol)
    {
        if (section.Text("auth_header") is not { } text)
        {
            return false;
        }

        bool? bearer = text.ToUpperInvariant() switch
        {
            "X-API-KEY" => false,
            "BEARER" or "AUTHORIZATION" or "AUTHORIZATION-BEARER" => true,
            _ => null,
        };
        if (bearer is null)
        {
            section.Problems.Error(section.PathOf("auth_header"), LineOf("auth_header"), "must be \"x-api-key\" or \"bearer\"; for another header use extra_headers");
        }
        else if (bearer == false && protocol is Dialect.OpenAIChat or Dialect.OpenAIResponses)
        {
            section.Problems.Warning(section.PathOf("auth_header"), LineOf("auth_header"), "has no effect with the OpenAI protocol, which sends Authorization: Bearer; use extra_headers for another header");
        }

        return bearer == true;
    }

    private Dictionary<string, string> ReadHeaders(Json5Object? setting, string settingPath)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in setting?.Members ?? [])
        {
            var path = $"{settingPath}.{member.Name}";
            if (member.Name.Length == 0 || member.Name.AsSpan().ContainsAnyExcept(TokenCharacters))
            {
                section.Problems.Error(path, member.Line, "is not a header name: letters, digits and hyphens only");
            }
            else if (FramingHeaders.Contains(member.Name, StringComparer.OrdinalIgnoreCase))
            {
                section.Problems.Error(path, member.Line, "cannot be set: it belongs to the connection");
            }
            else if (section.Text(member.Value, path) is not { } value)
            {
                if (member.Value is Json5String)
                {
                    section.Problems.Error(path, member.Line, "empty: give the header a value, or remove it");
                }
            }
            else if (!ProviderKeysReader.IsHeaderValue(value))
            {
                section.Problems.Error(path, member.Line, "holds a character that no header can carry");
            }
            else
            {
                headers[member.Name] = value;
            }
        }

        return headers;
    }

    private int LineOf(string name) => section.Find(name)?.Value.Line ?? section.Line;
}
