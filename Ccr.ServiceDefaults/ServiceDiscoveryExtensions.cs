using Ccr.ServiceDefaults;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Service discovery for HTTP clients.</summary>
public static class ServiceDiscoveryExtensions
{
    /// <summary>Lets this client's addresses name services of the solution (<see cref="ServiceEndpoints"/>).</summary>
    public static IHttpClientBuilder AddServiceDiscovery(this IHttpClientBuilder builder) =>
        builder.AddHttpMessageHandler(services => new ServiceDiscoveryHandler(services.GetRequiredService<ServiceEndpoints>()));
}
