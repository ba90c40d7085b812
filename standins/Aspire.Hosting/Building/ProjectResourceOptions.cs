namespace Aspire.Hosting;

// Stands for Aspire.Hosting.ProjectResourceOptions.

/// <summary>What a project brings along.</summary>
public class ProjectResourceOptions
{
    /// <summary>The launch profile. Default: the AppHost's own, else the first with command Project.</summary>
    public string? LaunchProfileName { get; set; }

    /// <summary>Uses no launch profile.</summary>
    public bool ExcludeLaunchProfile { get; set; }

    /// <summary>Does not look for <c>Kestrel:Endpoints</c> in the project's appsettings.json.</summary>
    public bool ExcludeKestrelEndpoints { get; set; }
}
