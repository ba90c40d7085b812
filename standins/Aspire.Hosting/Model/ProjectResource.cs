namespace Aspire.Hosting.ApplicationModel;

// Stand for the types of the same names in Aspire.Hosting.

/// <summary>A .NET project of this solution.</summary>
public class ProjectResource(string name)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport, IComputeResource;

/// <summary>A command with arguments.</summary>
public class ExecutableResource : Resource, IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport
{
    /// <summary>Creates the resource.</summary>
    public ExecutableResource(string name, string command, string workingDirectory)
        : base(name)
    {
        ArgumentException.ThrowIfNullOrEmpty(command);
        ArgumentNullException.ThrowIfNull(workingDirectory);
        Command = command;
        WorkingDirectory = workingDirectory;
    }

    /// <summary>A path, or a name looked up on PATH.</summary>
    public string Command { get; }

    /// <summary>Absolute.</summary>
    public string WorkingDirectory { get; }
}

/// <summary>A container. Only what a manifest needs: this stand-in runs none.</summary>
public class ContainerResource(string name, string? entrypoint = null)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport, IComputeResource
{
    /// <summary>Overrides the image's own.</summary>
    public string? Entrypoint { get; set; } = entrypoint;
}

/// <summary>The image of a container.</summary>
public sealed class ContainerImageAnnotation : IResourceAnnotation
{
    /// <summary>For example <c>docker.io</c>.</summary>
    public string? Registry { get; set; }

    /// <summary>For example <c>library/redis</c>.</summary>
    public required string Image { get; set; }

    /// <summary>For example <c>8.6</c>.</summary>
    public string? Tag { get; set; }
}
