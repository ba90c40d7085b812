namespace Aspire.Hosting.ApplicationModel;

// Stands for Aspire.Hosting.ApplicationModel.ConnectionStringReference.

/// <summary>Another resource's connection string; an optional one may be missing.</summary>
public sealed class ConnectionStringReference(IResourceWithConnectionString resource, bool optional) : IExpressionValue
{
    /// <summary>The other resource.</summary>
    public IResourceWithConnectionString Resource { get; } = resource;

    /// <summary>Whether it may be missing.</summary>
    public bool Optional { get; } = optional;

    /// <inheritdoc />
    public string ValueExpression => Resource.ValueExpression;

    /// <inheritdoc />
    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        var value = await Resource.GetConnectionStringAsync(cancellationToken).ConfigureAwait(false);
        return string.IsNullOrEmpty(value) && !Optional
            ? throw new DistributedApplicationException($"The connection string of resource '{Resource.Name}' is not available.")
            : value;
    }
}
