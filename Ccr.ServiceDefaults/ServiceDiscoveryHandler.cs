namespace Ccr.ServiceDefaults;

/// <summary>Sends a request for <c>http://tokenizer/…</c> to where that service is.</summary>
internal sealed class ServiceDiscoveryHandler(ServiceEndpoints endpoints) : DelegatingHandler
{
    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Resolve(request);
        return base.SendAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Resolve(request);
        return base.Send(request, cancellationToken);
    }

    private void Resolve(HttpRequestMessage request)
    {
        if (request.RequestUri is { } address)
        {
            request.RequestUri = endpoints.Resolve(address);
        }
    }
}
