namespace Aspire.Hosting.ApplicationModel;

// Stands for Aspire.Hosting.ApplicationModel.DistributedApplicationModel.

/// <summary>All resources of an application.</summary>
public sealed class DistributedApplicationModel(IEnumerable<IResource> resources)
{
    /// <summary>In the order in which they were added.</summary>
    public IReadOnlyList<IResource> Resources { get; } = [.. resources];
}
