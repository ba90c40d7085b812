using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Passes a connection string on as <c>ConnectionStrings__name</c>, and its parts as <c>NAME_PART</c>.</summary>
    /// <param name="builder">Who gets it.</param>
    /// <param name="source">Whose connection string.</param>
    /// <param name="connectionName">Default: the name of the source.</param>
    /// <param name="optional">Whether the connection string may be missing.</param>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithConnectionString> source, string? connectionName = null, bool optional = false)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(source);
        var resource = source.Resource;
        var name = connectionName ?? resource.Name;
        return builder.WithRelationship(resource, "Reference").WithEnvironment(context =>
        {
            context.EnvironmentVariables[resource.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{name}"] = new ConnectionStringReference(resource, optional);
            foreach (var (property, value) in resource.GetConnectionProperties())
            {
                context.EnvironmentVariables[VariableName.Encode($"{name}_{property}")] = value;
            }
        });
    }

    /// <summary>Passes the addresses of all endpoints on.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(source);
        return builder.WithReference(source, source.Resource.Name);
    }

    /// <summary>Passes the addresses of all endpoints on, under another name.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source, string name)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(source);
        return builder.WithRelationship(source.Resource, "Reference").WithEnvironment(context =>
        {
            foreach (var endpoint in source.Resource.GetEndpoints())
            {
                AddEndpoint(context, name, endpoint);
            }
        });
    }

    /// <summary>Passes the address of one endpoint on.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, EndpointReference endpointReference)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(endpointReference);
        return builder.WithRelationship(endpointReference.Resource, "Reference")
            .WithEnvironment(context => AddEndpoint(context, endpointReference.Resource.Name, endpointReference));
    }

    /// <summary>Passes a fixed address on as <c>services__name__default__0</c>.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, string name, Uri uri)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (!uri.IsAbsoluteUri)
        {
            throw new ArgumentException($"The address of '{name}' must be absolute.", nameof(uri));
        }

        return builder.WithEnvironment($"services__{name}__default__0", uri.ToString());
    }

    private static void AddEndpoint(EnvironmentCallbackContext context, string name, EndpointReference endpoint)
    {
        // An endpoint named after its scheme (http, https) goes by the scheme; any other by its own name.
        var key = endpoint.EndpointName is "http" or "https" ? endpoint.Scheme : endpoint.EndpointName;
        context.EnvironmentVariables[VariableName.Encode($"{name}_{endpoint.EndpointName}")] = endpoint;
        var index = 0;
        while (!context.EnvironmentVariables.TryAdd($"services__{name}__{key}__{index}", endpoint))
        {
            index++;
        }
    }
}
