namespace Aspire.Hosting;

// Stands for Aspire.Hosting.IProjectMetadata; the classes Projects.* that the build generates implement it.

/// <summary>Where a project is.</summary>
public interface IProjectMetadata : IResourceAnnotation
{
    /// <summary>Absolute path of the project file.</summary>
    string ProjectPath { get; }

    /// <summary>True when the project was built with the AppHost.</summary>
    bool SuppressBuild => false;
}

/// <summary>Of this stand-in: where the build put the project's program, so that no second build is needed to run it.</summary>
public interface IProjectOutput
{
    /// <summary>Absolute path of the assembly.</summary>
    string TargetPath { get; }
}
