using Ccr.Protocols.Canonical;
namespace Ccr.ProxyService.Configuration;

/// <summary>From api_base_url to the protocol and the full endpoint address.</summary>
internal static class ProviderAddress
{
    /// <summary>What is wrong with the address; null when nothing is. The address itself is not repeated: it may carry a key.</summary>
    public static string? Fault(string text, out Uri? address)
    {
        address = null;
        if (!text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) && !text.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            return "must begin with https:// or http://, for example \"https://api.deepseek.com/v1\"";
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var parsed) || parsed.Host.Length == 0)
        {
            return "is not a valid address, for example \"https://api.deepseek.com/v1\"";
        }

        if (parsed.UserInfo.Length > 0)
        {
            return "must not hold a user name or password; use api_key or extra_headers";
        }

        address = parsed;
        return null;
    }

    /// <summary>The protocol when neither <c>protocol</c> nor a transformer says, by the address; OpenAI chat when it says nothing.</summary>
    public static Dialect Guess(Uri address)
    {
        var path = Path(address);
        return path.EndsWith("/messages", StringComparison.OrdinalIgnoreCase) || address.Host.Equals("api.anthropic.com", StringComparison.OrdinalIgnoreCase) ? Dialect.Anthropic
            : path.EndsWith("/responses", StringComparison.OrdinalIgnoreCase) ? Dialect.OpenAIResponses
            : IsGemini(address, path) ? Dialect.Gemini
            : Dialect.OpenAIChat;
    }

    /// <summary>
    /// The full endpoint: an address that already ends in it is kept, else the missing part of the path is appended. The query stays. For Gemini it is the folder of the
    /// models, without the model.
    /// </summary>
    public static Uri Endpoint(Uri address, Dialect protocol)
    {
        var path = Path(address);
        var (whole, missing) = protocol switch
        {
            Dialect.Anthropic => ("/messages", path.EndsWith("/v1", StringComparison.OrdinalIgnoreCase) ? "/messages" : "/v1/messages"),
            Dialect.OpenAIResponses => ("/responses", "/responses"),
            Dialect.Gemini => ("/models", path.Length > 0 && char.IsAsciiDigit(path[^1]) || path.Contains("/v1", StringComparison.OrdinalIgnoreCase) ? "/models" : "/v1beta/models"),
            _ => ("/chat/completions", "/chat/completions"),
        };
        var full = path.EndsWith(whole, StringComparison.OrdinalIgnoreCase) ? path : path + missing;
        return new UriBuilder(address) { Path = full, Fragment = "" }.Uri;
    }

    /// <summary>The folder of a publisher's models on Vertex AI: completed from the options where the address is only the host.</summary>
    public static Uri Vertex(Uri address, VertexPlace place)
    {
        var path = Path(address);
        if (!path.Contains("/projects/", StringComparison.OrdinalIgnoreCase) && place.Project is not null)
        {
            path = $"{(path.Length == 0 ? "/v1" : path)}/projects/{place.Project}/locations/{place.Location ?? "global"}";
        }

        if (!path.Contains("/publishers/", StringComparison.OrdinalIgnoreCase))
        {
            path += $"/publishers/{place.Publisher}/models";
        }

        return new UriBuilder(address) { Path = path, Fragment = "" }.Uri;
    }

    private static bool IsGemini(Uri address, string path) =>
        (address.Host.Equals("generativelanguage.googleapis.com", StringComparison.OrdinalIgnoreCase) && !path.Contains("/openai", StringComparison.OrdinalIgnoreCase))
        || path.EndsWith("/v1beta/models", StringComparison.OrdinalIgnoreCase);

    private static string Path(Uri address) => address.AbsolutePath.TrimEnd('/');
}
