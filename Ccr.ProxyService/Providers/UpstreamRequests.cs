using System.Net.Http.Headers;
using System.Text;
using Ccr.Protocols.Json;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Providers;

/// <summary>Builds the HTTP requests that providers get.</summary>
internal static class UpstreamRequests
{
    /// <summary>Headers of the client that are about this hop, or are its credentials, and go no further.</summary>
    private static readonly HashSet<string> NotForwarded = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
        "Content-Length", "Content-Type", "Content-Encoding", "Expect", "Authorization", "x-api-key", "x-goog-api-key", "Cookie", "Accept-Encoding",
        "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via",
    };

    /// <summary>An Anthropic call that keeps the client's body, query and headers; only the model's name and the key are ours.</summary>
    public static HttpRequestMessage PassThrough(ProviderConfig provider, string model, ReadOnlyMemory<byte> body, Range modelRange, HttpRequest client)
    {
        var (start, length) = modelRange.GetOffsetAndLength(body.Length);
        var quoted = EscapedText.From(model);
        var name = new byte[quoted.Span.Length + 2];
        name[0] = name[^1] = (byte)'"';
        quoted.Span.CopyTo(name.AsSpan(1));
        var request = new HttpRequestMessage(HttpMethod.Post, WithQuery(provider.BaseUrl, client.QueryString))
        {
            Content = new SplicedContent(body[..start], name, body[(start + length)..]),
        };

        foreach (var header in client.Headers)
        {
            if (!NotForwarded.Contains(header.Key) && !header.Key.StartsWith(':') && !header.Key.StartsWith("x-ccr-", StringComparison.OrdinalIgnoreCase))
            {
                request.Headers.TryAddWithoutValidation(header.Key, (IEnumerable<string?>)header.Value);
            }
        }

        if (!request.Headers.Contains("anthropic-version"))
        {
            request.Headers.TryAddWithoutValidation("anthropic-version", provider.AnthropicVersion);
        }

        if (provider.ApiKey is { } key)
        {
            // Exactly one of the two: with both, servers disagree on which counts.
            if (provider.UseBearer)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            }
            else
            {
                request.Headers.TryAddWithoutValidation("x-api-key", key);
            }
        }

        AddExtraHeaders(request, provider);
        return request;
    }

    /// <summary>A Chat Completions call with a body of our own making.</summary>
    public static HttpRequestMessage Chat(ProviderConfig provider, ReadOnlyMemory<byte> body, bool stream)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, provider.BaseUrl) { Content = new SplicedContent(body) };
        request.Headers.TryAddWithoutValidation("Accept", stream ? "text/event-stream" : "application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "ccr");
        if (provider.ApiKey is { } key)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        AddExtraHeaders(request, provider);
        return request;
    }

    private static Uri WithQuery(Uri url, QueryString query) =>
        !query.HasValue ? url : new Uri(url.AbsoluteUri + (url.Query.Length > 0 ? string.Concat("&", query.Value.AsSpan(1)) : query.Value));

    private static void AddExtraHeaders(HttpRequestMessage request, ProviderConfig provider)
    {
        foreach (var (name, value) in provider.ExtraHeaders)
        {
            request.Headers.Remove(name);
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content!.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }
    }
}
