using Ccr.Protocols.Canonical;

namespace Ccr.ProxyService.Dialects;

/// <summary>The client dialects, and which one a request speaks.</summary>
internal static class ClientDialects
{
    /// <summary>Anthropic Messages.</summary>
    public static readonly ClientDialect Anthropic = new AnthropicClient();

    /// <summary>OpenAI Chat Completions.</summary>
    public static readonly ClientDialect Chat = new ChatClient();

    /// <summary>OpenAI Responses.</summary>
    public static readonly ClientDialect Responses = new ResponsesClient();

    /// <summary>Gemini generateContent.</summary>
    public static readonly ClientDialect Gemini = new GeminiClient();

    /// <summary>The dialect of an address; where that says nothing, of the caller's headers.</summary>
    public static ClientDialect Of(HttpRequest request)
    {
        var path = request.Path.Value ?? "";
        return Has(path, "/chat/completions") ? Chat
            : Has(path, "/responses") ? Responses
            : path.StartsWith("/v1beta", StringComparison.OrdinalIgnoreCase) || (path.StartsWith("/preset/", StringComparison.OrdinalIgnoreCase) && Has(path, "/v1beta/")) || Has(path, ":generateContent") || Has(path, ":streamGenerateContent") || Has(path, ":countTokens") ? Gemini
            : Has(path, "/messages") || request.Headers.ContainsKey("anthropic-version") ? Anthropic
            : Has(path, "/models") ? Chat
            : Anthropic;
    }

    private static bool Has(string path, string part) => path.Contains(part, StringComparison.OrdinalIgnoreCase);
}
