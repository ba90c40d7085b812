using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Telemetry;

/// <summary>A route target in the words of the semantic conventions for generative AI (https://github.com/open-telemetry/semantic-conventions-genai).</summary>
/// <param name="Operation">gen_ai.operation.name: what the provider's endpoint does.</param>
/// <param name="Provider">gen_ai.provider.name: a well-known value, else the provider's name in the configuration.</param>
/// <param name="Model">The model; "other" for one that only a client named, since it may be anything.</param>
/// <param name="IsUnlisted">True for such a one.</param>
internal sealed record GenAiTarget(string Operation, string Provider, string Model, bool IsUnlisted = false)
{
    /// <summary>What clients call <c>chat</c>.</summary>
    public const string Chat = "chat";

    private const string GenerateContent = "generate_content";

    // By the end of the host's name; the first that fits counts.
    private static readonly (string Host, string Name)[] WellKnown =
    [
        ("openai.azure.com", "azure.ai.openai"), ("cognitiveservices.azure.com", "azure.ai.openai"), ("services.ai.azure.com", "azure.ai.inference"),
        ("models.ai.azure.com", "azure.ai.inference"), ("inference.ai.azure.com", "azure.ai.inference"),
        ("openai.com", "openai"), ("chatgpt.com", "openai"), ("anthropic.com", "anthropic"), ("deepseek.com", "deepseek"), ("groq.com", "groq"), ("mistral.ai", "mistral_ai"),
        ("moonshot.ai", "moonshot_ai"), ("moonshot.cn", "moonshot_ai"), ("x.ai", "x_ai"), ("cohere.com", "cohere"), ("cohere.ai", "cohere"), ("perplexity.ai", "perplexity"),
        ("generativelanguage.googleapis.com", "gcp.gemini"), ("aiplatform.googleapis.com", "gcp.vertex_ai"), ("ml.cloud.ibm.com", "ibm.watsonx.ai"),
    ];

    /// <summary>That of a target.</summary>
    public static GenAiTarget Of(RouteTarget target) =>
        new(OperationOf(target.Provider.Protocol), ProviderOf(target.Provider), target.IsUnlisted ? UsageRecorder.Other : target.Model, target.IsUnlisted);

    /// <summary>The operation that a dialect's endpoint is for.</summary>
    public static string OperationOf(Dialect dialect) => dialect == Dialect.Gemini ? GenerateContent : Chat;

    /// <summary>The operation that the endpoint of a dialect is for, by the dialect's word in records.</summary>
    public static string OperationOf(string dialect) => dialect == DialectWords.Of(Dialect.Gemini) ? GenerateContent : Chat;

    private static string ProviderOf(ProviderConfig provider)
    {
        if (provider.IsVertex)
        {
            return "gcp.vertex_ai";
        }

        var host = provider.BaseUrl.Host;
        foreach (var (end, name) in WellKnown)
        {
            if (host.EndsWith(end, StringComparison.OrdinalIgnoreCase) && (host.Length == end.Length || host[^(end.Length + 1)] is '.' or '-'))
            {
                return name;
            }
        }

        return host.StartsWith("bedrock", StringComparison.OrdinalIgnoreCase) && host.EndsWith(".amazonaws.com", StringComparison.OrdinalIgnoreCase) ? "aws.bedrock" : provider.Name;
    }
}
