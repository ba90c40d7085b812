namespace Aspire.Hosting;

// Stands for Aspire.Hosting.DistributedApplicationOptions: the properties that mean something here.

/// <summary>How to build the application.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>The command line.</summary>
    public string[]? Args { get; set; }

    /// <summary>The AppHost's assembly. Default: the program that runs.</summary>
    public string? AssemblyName { get; set; }

    /// <summary>The AppHost's folder. Default: the one written into the assembly when it was built.</summary>
    public string? ProjectDirectory { get; set; }

    /// <summary>Accepted for source compatibility: this stand-in has no dashboard of its own, so it is always off.</summary>
    public bool DisableDashboard { get; set; } = true;
}
