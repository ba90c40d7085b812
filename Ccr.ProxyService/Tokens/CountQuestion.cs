using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dialects;

namespace Ccr.ProxyService.Tokens;

/// <summary>How a provider or a counting service is asked for the tokens of a request.</summary>
/// <param name="Address">Where.</param>
/// <param name="Dialect">In which dialect the request is told; null for the client's own.</param>
/// <param name="Fields">Top-level properties that go along besides the model; null for all.</param>
/// <param name="Envelope">The property that the request stands in; null for none.</param>
/// <param name="Answer">The way to the number in the answer.</param>
internal sealed record CountQuestion(Uri Address, Dialect? Dialect, string[]? Fields, string? Envelope, IReadOnlyList<string> Answer)
{
    private static readonly string[] InputTokens = ["input_tokens"];
    private static readonly string[] TotalTokens = ["totalTokens"];

    // https://platform.claude.com/docs/en/api/messages/count_tokens: anything else is refused.
    private static readonly string[] AnthropicFields = ["messages", "system", "tools", "tool_choice", "thinking", "mcp_servers", "context_management", "output_config"];

    // https://platform.openai.com/docs/api-reference/responses/input-tokens
    private static readonly string[] ResponsesFields =
        ["input", "instructions", "tools", "tool_choice", "parallel_tool_calls", "previous_response_id", "conversation", "reasoning", "text", "truncation"];

    private static readonly string[] ChatFields = ["messages", "tools"];

    /// <summary>The provider's own call; null where its protocol has none. Vertex AI and ChatGPT's backend have other ones, or none.</summary>
    public static CountQuestion? ToProvider(RouteTarget target)
    {
        var provider = target.Provider;
        return provider.IsVertex ? null : provider.Protocol switch
        {
            Protocols.Canonical.Dialect.Anthropic => new(Below(provider.BaseUrl, "/count_tokens"), provider.Protocol, AnthropicFields, null, InputTokens),
            Protocols.Canonical.Dialect.OpenAIResponses when !provider.BaseUrl.AbsolutePath.Contains("/backend-api/", StringComparison.OrdinalIgnoreCase) =>
                new(Below(provider.BaseUrl, "/input_tokens"), provider.Protocol, ResponsesFields, null, InputTokens),
            Protocols.Canonical.Dialect.Gemini => new(ModelAddress.Of(provider.BaseUrl, target.Model, "countTokens", null), provider.Protocol, null, "generateContentRequest", TotalTokens),
            _ => null,
        };
    }

    /// <summary>The call of a configured counting service.</summary>
    public static CountQuestion ToService(TokenizerApi api) => api.Format switch
    {
        TokenizerApiFormat.OpenAI => new(api.Url, Protocols.Canonical.Dialect.OpenAIChat, ChatFields, null, api.ResponseField),
        TokenizerApiFormat.Anthropic => new(api.Url, Protocols.Canonical.Dialect.Anthropic, AnthropicFields, null, api.ResponseField),
        _ => new(api.Url, null, null, null, api.ResponseField),
    };

    private static Uri Below(Uri address, string path)
    {
        var below = new UriBuilder(address);
        below.Path = below.Path.TrimEnd('/') + path;
        return below.Uri;
    }
}
