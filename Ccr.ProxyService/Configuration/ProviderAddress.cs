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

    /// <summary>The protocol when neither <c>protocol</c> nor a transformer says: Anthropic for …/messages and api.anthropic.com, else OpenAI chat.</summary>
    public static ProviderProtocol Guess(Uri address) =>
        Path(address).EndsWith("/messages", StringComparison.OrdinalIgnoreCase)
        || address.Host.Equals("api.anthropic.com", StringComparison.OrdinalIgnoreCase)
            ? ProviderProtocol.Anthropic
            : ProviderProtocol.OpenAIChat;

    /// <summary>The full endpoint: an address that already ends in it is kept, else the missing part of the path is appended. The query stays.</summary>
    public static Uri Endpoint(Uri address, ProviderProtocol protocol)
    {
        var path = Path(address);
        var (whole, missing) = protocol == ProviderProtocol.Anthropic
            ? ("/messages", path.EndsWith("/v1", StringComparison.OrdinalIgnoreCase) ? "/messages" : "/v1/messages")
            : ("/chat/completions", "/chat/completions");
        var full = path.EndsWith(whole, StringComparison.OrdinalIgnoreCase) ? path : path + missing;
        return new UriBuilder(address) { Path = full, Fragment = "" }.Uri;
    }

    private static string Path(Uri address) => address.AbsolutePath.TrimEnd('/');
}
