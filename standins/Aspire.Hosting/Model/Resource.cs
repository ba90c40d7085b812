using System.Collections.ObjectModel;

namespace Aspire.Hosting.ApplicationModel;

// Stands for the types of the same names in Aspire.Hosting. Left out: probes, commands, hidden and persistent resources.

/// <summary>Something the app model knows by name: a project, a server, a parameter.</summary>
public interface IResource
{
    /// <summary>1 to 64 ASCII letters, digits and hyphens; unique without regard to case.</summary>
    string Name { get; }

    /// <summary>Everything that was said about the resource, in order.</summary>
    ResourceAnnotationCollection Annotations { get; }
}

/// <summary>Marks a statement about a resource.</summary>
public interface IResourceAnnotation;

/// <summary>The statements about one resource.</summary>
public sealed class ResourceAnnotationCollection : Collection<IResourceAnnotation>;

/// <summary>Base of all resources.</summary>
public abstract class Resource : IResource
{
    /// <summary>Creates a resource; throws <see cref="ArgumentException"/> for a name outside the rules.</summary>
    protected Resource(string name)
    {
        ModelName.Validate(name, "Resource");
        Name = name;
    }

    /// <inheritdoc />
    public virtual string Name { get; }

    /// <inheritdoc />
    public virtual ResourceAnnotationCollection Annotations { get; } = [];
}

/// <summary>A resource that takes environment variables.</summary>
public interface IResourceWithEnvironment : IResource;

/// <summary>A resource that takes command line arguments.</summary>
public interface IResourceWithArgs : IResource;

/// <summary>A resource that listens somewhere.</summary>
public interface IResourceWithEndpoints : IResource;

/// <summary>A resource that others find by <c>services__name__…</c> variables.</summary>
public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;

/// <summary>A resource that can wait for others.</summary>
public interface IResourceWithWaitSupport : IResource;

/// <summary>A resource that runs on a compute environment when deployed.</summary>
public interface IComputeResource : IResource;

/// <summary>How a new annotation treats earlier ones of its type.</summary>
public enum ResourceAnnotationMutationBehavior
{
    /// <summary>Adds to them.</summary>
    Append,

    /// <summary>Takes their place.</summary>
    Replace,
}
