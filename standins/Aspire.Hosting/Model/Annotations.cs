namespace Aspire.Hosting.ApplicationModel;

// Stand for the annotations of the same names in Aspire.Hosting.

/// <summary>Sets environment variables when the resource starts or is published.</summary>
public sealed class EnvironmentCallbackAnnotation(Func<EnvironmentCallbackContext, Task> callback) : IResourceAnnotation
{
    /// <summary>Called once per replica, in the order of the annotations.</summary>
    public Func<EnvironmentCallbackContext, Task> Callback { get; } = callback;
}

/// <summary>What an environment callback sees and changes.</summary>
public sealed class EnvironmentCallbackContext(
    DistributedApplicationExecutionContext executionContext, IResource resource, Dictionary<string, object>? environmentVariables = null, CancellationToken cancellationToken = default)
{
    /// <summary>Run or publish.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;

    /// <summary>The resource that gets the variables.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Strings, or values known later (<see cref="IValueProvider"/>, <see cref="IManifestExpressionProvider"/>).</summary>
    public Dictionary<string, object> EnvironmentVariables { get; } = environmentVariables ?? [];

    /// <summary>Ends the evaluation.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;
}

/// <summary>Sets command line arguments.</summary>
public sealed class CommandLineArgsCallbackAnnotation(Func<CommandLineArgsCallbackContext, Task> callback) : IResourceAnnotation
{
    /// <summary>Called once per replica, in the order of the annotations.</summary>
    public Func<CommandLineArgsCallbackContext, Task> Callback { get; } = callback;
}

/// <summary>What an argument callback sees and changes.</summary>
public sealed class CommandLineArgsCallbackContext(IList<object> args, CancellationToken cancellationToken = default)
{
    /// <summary>Strings, or values known later.</summary>
    public IList<object> Args { get; } = args;

    /// <summary>Ends the evaluation.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;
}

/// <summary>How many processes of the resource run.</summary>
public sealed class ReplicaAnnotation(int replicas = 1) : IResourceAnnotation
{
    /// <summary>1 or more.</summary>
    public int Replicas { get; } = replicas;
}

/// <summary>Names a health check (a registration in the AppHost's services) that decides whether the resource is healthy.</summary>
public sealed class HealthCheckAnnotation(string key) : IResourceAnnotation
{
    /// <summary>Name of the registration.</summary>
    public string Key { get; } = key;
}

/// <summary>The resource starts only after another.</summary>
public sealed class WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0) : IResourceAnnotation
{
    /// <summary>The other.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>What to wait for.</summary>
    public WaitType WaitType { get; } = waitType;

    /// <summary>The exit code that counts as complete.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>What to do when it will not come; null for the application's default.</summary>
    public WaitBehavior? WaitBehavior { get; init; }
}

/// <summary>What a waiter waits for.</summary>
public enum WaitType
{
    /// <summary>Running, and healthy by all its checks.</summary>
    WaitUntilHealthy,

    /// <summary>Ended, with the exit code asked for.</summary>
    WaitForCompletion,

    /// <summary>Running.</summary>
    WaitUntilStarted,
}

/// <summary>What a waiter does when the other fails to start.</summary>
public enum WaitBehavior
{
    /// <summary>Keeps waiting.</summary>
    WaitOnResourceUnavailable,

    /// <summary>Fails too.</summary>
    StopOnResourceUnavailable,
}

/// <summary>Ties two resources together; the order of stopping follows it.</summary>
public sealed class ResourceRelationshipAnnotation(IResource resource, string type) : IResourceAnnotation
{
    /// <summary>The other resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>For example <c>Reference</c> or <c>WaitFor</c>.</summary>
    public string Type { get; } = type;
}

/// <summary>How the resource is written to a manifest.</summary>
public sealed class ManifestPublishingCallbackAnnotation(Func<ManifestPublishingContext, Task>? callback) : IResourceAnnotation
{
    /// <summary>Null: not at all.</summary>
    public Func<ManifestPublishingContext, Task>? Callback { get; } = callback;

    /// <summary>Leaves the resource out.</summary>
    public static ManifestPublishingCallbackAnnotation Ignore { get; } = new(null);
}
