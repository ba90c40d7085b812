namespace Aspire.Hosting;

// Stands for Aspire.Hosting.DistributedApplicationExecutionContext.

/// <summary>Why the AppHost runs.</summary>
public sealed class DistributedApplicationExecutionContext(DistributedApplicationOperation operation, string publisherName = "manifest")
{
    /// <summary>Run or publish.</summary>
    public DistributedApplicationOperation Operation { get; } = operation;

    /// <summary>What is published.</summary>
    public string PublisherName { get; } = publisherName;

    /// <summary>True when the resources are started.</summary>
    public bool IsRunMode => Operation == DistributedApplicationOperation.Run;

    /// <summary>True when a manifest is written.</summary>
    public bool IsPublishMode => Operation == DistributedApplicationOperation.Publish;
}

/// <summary>Why the AppHost runs.</summary>
public enum DistributedApplicationOperation
{
    /// <summary>To start the resources.</summary>
    Run,

    /// <summary>To describe them.</summary>
    Publish,
}
