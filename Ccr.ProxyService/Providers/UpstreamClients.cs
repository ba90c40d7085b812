using System.Collections.Concurrent;
using System.Net;

namespace Ccr.ProxyService.Providers;

/// <summary>The HTTP connections to providers: one pool for each outbound proxy setting, shared by all providers that use it.</summary>
internal sealed class UpstreamClients : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<HttpMessageInvoker>> _clients = new(StringComparer.Ordinal);

    /// <summary>The client for a proxy address; null connects directly.</summary>
    public HttpMessageInvoker For(Uri? proxy) =>
        _clients.GetOrAdd(proxy?.AbsoluteUri ?? "", static (_, p) => new Lazy<HttpMessageInvoker>(() => Create(p)), proxy).Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            if (client.IsValueCreated)
            {
                client.Value.Dispose();
            }
        }
    }

    // An invoker, not an HttpClient: that one may buffer answers and has a time limit of its own.
    private static HttpMessageInvoker Create(Uri? proxy) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        EnableMultipleHttp2Connections = true,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        Proxy = proxy is null ? null : new WebProxy(proxy),
        UseCookies = false,
        UseProxy = proxy is not null,
    });
}
