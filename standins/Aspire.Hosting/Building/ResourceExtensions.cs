namespace Aspire.Hosting.ApplicationModel;

// Stands for Aspire.Hosting.ApplicationModel.ResourceExtensions: what this stand-in uses.

/// <summary>Reads resources.</summary>
public static class ResourceExtensions
{
    /// <summary>Names an endpoint.</summary>
    public static EndpointReference GetEndpoint(this IResourceWithEndpoints resource, string endpointName) => new(resource, endpointName);

    /// <summary>All endpoints, in the order in which they were added.</summary>
    public static IEnumerable<EndpointReference> GetEndpoints(this IResourceWithEndpoints resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return resource.Annotations.OfType<EndpointAnnotation>().Select(endpoint => new EndpointReference(resource, endpoint));
    }

    /// <summary>How many processes run.</summary>
    public static int GetReplicaCount(this IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return resource.Annotations.OfType<ReplicaAnnotation>().LastOrDefault()?.Replicas ?? 1;
    }

    /// <summary>The endpoint of that name, or null.</summary>
    internal static EndpointAnnotation? Endpoint(this IResource resource, string name)
        => resource.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(endpoint => string.Equals(endpoint.Name, name, StringComparison.OrdinalIgnoreCase));
}
