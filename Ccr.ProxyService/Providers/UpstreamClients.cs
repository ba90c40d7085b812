using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace Ccr.ProxyService.Providers;

/// <summary>The HTTP connections to providers: one pool for each outbound proxy setting, shared by all providers that use it.</summary>
internal sealed class UpstreamClients : IDisposable
{
    private static readonly TimeSpan UsualConnect = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(Uri? Proxy, TimeSpan Connect), Lazy<HttpMessageInvoker>> _clients = new();

    /// <summary>The client for a proxy address, null for none, and a limit for making connections, null for the usual 10 s.</summary>
    public HttpMessageInvoker For(Uri? proxy, TimeSpan? connect) =>
        _clients.GetOrAdd((proxy, connect ?? UsualConnect), static key => new Lazy<HttpMessageInvoker>(() => Create(key.Proxy, key.Connect))).Value;

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
    private static HttpMessageInvoker Create(Uri? proxy, TimeSpan connect) => new(new SocketsHttpHandler
    {
        // What the provider gets of trace context is decided where its request is built: of itself .NET would send baggage and, with tracing off, ids that nobody records.
        ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = connect,
        EnableMultipleHttp2Connections = true,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        Proxy = proxy is null ? null : new WebProxy(proxy),
        UseCookies = false,
        UseProxy = proxy is not null,
    });
}
