using System.Collections.Immutable;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Modes;

namespace Ccr.ProxyService.Providers;

/// <summary>Builds the HTTP requests that providers get.</summary>
internal static class UpstreamRequests
{
    /// <summary>Headers of the client that are about this hop, or are its credentials, and go no further.</summary>
    private static readonly HashSet<string> NotForwarded = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
        "Content-Length", "Content-Type", "Content-Encoding", "Expect", "Authorization", "x-api-key", "x-goog-api-key", "api-key", "Cookie", "Accept-Encoding",
        "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via",
    };

    /// <summary>A call in the client's own dialect: its body, query and headers, with the model's name and the key exchanged.</summary>
    /// <param name="plan">The target.</param>
    /// <param name="key">The key to ask with.</param>
    /// <param name="call">The client's call.</param>
    /// <param name="edited">The body where the configuration adds to it; null for the client's own.</param>
    /// <param name="asksForUsage">True puts stream_options into a Chat body that has none, so that the usage is told.</param>
    public static HttpRequestMessage PassThrough(TargetPlan plan, ProviderKey key, ProxyCall call, ReadOnlyMemory<byte>? edited, bool asksForUsage)
    {
        var provider = plan.Target.Provider;
        var client = call.Http.Request;
        var address = provider.Protocol == Dialect.Gemini ? plan.Provider.Address(provider, plan.Target.Model, call.Stream) : provider.BaseUrl;
        var request = new HttpRequestMessage(HttpMethod.Post, WithQuery(address, client))
        {
            Content = edited is { } body ? new SplicedContent(body) : provider.ForwardsClientCredentials ? new SplicedContent(call.Body, owner: call.BodyOwner) : Splice(call, plan.Target.Model, asksForUsage),
        };

        foreach (var header in client.Headers)
        {
            if (!NotForwarded.Contains(header.Key) && !header.Key.StartsWith(':') && !header.Key.StartsWith("x-ccr-", StringComparison.OrdinalIgnoreCase))
            {
                request.Headers.TryAddWithoutValidation(header.Key, (IEnumerable<string?>)header.Value);
            }
        }

        if (provider.ForwardsClientCredentials)
        {
            ClientCredentials.Forward(client.Headers, call.Config.ApiKey, request);
        }

        plan.Provider.Authorize(request, provider, key);
        AddExtraHeaders(request, provider.ExtraHeaders);
        AddExtraHeaders(request, plan.ModelHeaders);
        return request;
    }

    /// <summary>A call with a body of our own making.</summary>
    public static HttpRequestMessage Translated(TargetPlan plan, ProviderKey key, ReadOnlyMemory<byte> body, bool stream)
    {
        var provider = plan.Target.Provider;
        var request = new HttpRequestMessage(HttpMethod.Post, plan.Provider.Address(provider, plan.Target.Model, stream)) { Content = new SplicedContent(body) };
        request.Headers.TryAddWithoutValidation("Accept", stream ? "text/event-stream" : "application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "ccr");
        plan.Provider.Authorize(request, provider, key);
        AddExtraHeaders(request, provider.ExtraHeaders);
        AddExtraHeaders(request, plan.ModelHeaders);
        return request;
    }

    private static SplicedContent Splice(ProxyCall call, string model, bool asksForUsage)
    {
        var body = call.Body;
        var (start, length) = call.Peek.ModelRange.GetOffsetAndLength(body.Length);
        if (length == 0)
        {
            return new(body, owner: call.BodyOwner);
        }

        var quoted = EscapedText.From(model).Span;
        var usage = asksForUsage ? ",\"stream_options\":{\"include_usage\":true}"u8 : default;
        var name = new byte[quoted.Length + 2 + usage.Length];
        name[0] = (byte)'"';
        quoted.CopyTo(name.AsSpan(1));
        name[quoted.Length + 1] = (byte)'"';
        usage.CopyTo(name.AsSpan(quoted.Length + 2));
        return new(body[..start], name, body[(start + length)..], call.BodyOwner);
    }

    /// <summary>The client's query goes along, but not a key in it, which is one of ours.</summary>
    private static Uri WithQuery(Uri url, HttpRequest client)
    {
        if (!client.QueryString.HasValue)
        {
            return url;
        }

        var builder = new UriBuilder(url);
        foreach (var part in client.QueryString.Value!.AsSpan(1).ToString().Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!part.StartsWith("key=", StringComparison.OrdinalIgnoreCase) && !(part.StartsWith("alt=", StringComparison.OrdinalIgnoreCase) && builder.Query.Contains("alt=", StringComparison.OrdinalIgnoreCase)))
            {
                builder.Query = builder.Query.Length > 1 ? $"{builder.Query[1..]}&{part}" : part;
            }
        }

        return builder.Uri;
    }

    private static void AddExtraHeaders(HttpRequestMessage request, IReadOnlyDictionary<string, string>? headers)
    {
        foreach (var (name, value) in headers ?? ImmutableDictionary<string, string>.Empty)
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
