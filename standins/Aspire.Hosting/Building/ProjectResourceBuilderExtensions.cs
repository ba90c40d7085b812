using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

// Stands for Aspire.Hosting.ProjectResourceBuilderExtensions. Left out: projects named by a path, publishing as a
// Dockerfile, endpoint filters.

/// <summary>Adds .NET projects.</summary>
public static class ProjectResourceBuilderExtensions
{
    /// <summary>Adds a project, with the launch profile that fits the AppHost's.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new()
        => builder.AddProject<TProject>(name, static _ => { });

    /// <summary>Adds a project, with a named launch profile or (null) with none.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name, string? launchProfileName)
        where TProject : IProjectMetadata, new()
        => builder.AddProject<TProject>(name, Profile(launchProfileName));

    /// <summary>Adds a project.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name, Action<ProjectResourceOptions> configure)
        where TProject : IProjectMetadata, new()
        => Add(builder, name, new TProject(), configure);

    /// <summary>Runs several processes of the project behind one address.</summary>
    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        return builder.WithAnnotation(new ReplicaAnnotation(replicas), ResourceAnnotationMutationBehavior.Replace);
    }

    private static Action<ProjectResourceOptions> Profile(string? name) => options =>
    {
        options.ExcludeLaunchProfile = name is null;
        options.LaunchProfileName = name;
    };

    private static IResourceBuilder<ProjectResource> Add(IDistributedApplicationBuilder builder, string name, IProjectMetadata metadata, Action<ProjectResourceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new ProjectResourceOptions();
        configure(options);
        var project = builder.AddResource(new ProjectResource(name)).WithAnnotation(metadata, ResourceAnnotationMutationBehavior.Append);
        try
        {
            var profile = options.ExcludeLaunchProfile
                ? null
                : LaunchProfiles.Find(metadata.ProjectPath, options.LaunchProfileName, builder.Configuration["AppHost:DefaultLaunchProfileName"] ?? builder.Configuration["DOTNET_LAUNCH_PROFILE"]);
            ProjectDefaults.Apply(project, ProjectSettings(metadata, builder), profile, options);
        }
        catch (DistributedApplicationException e) when (builder is DistributedApplicationBuilder own)
        {
            own.Problems.Add($"{name}: {e.Message}");
        }

        return project;
    }

    private static IConfiguration ProjectSettings(IProjectMetadata metadata, IDistributedApplicationBuilder builder)
    {
        var folder = Path.GetDirectoryName(metadata.ProjectPath)!;
        try
        {
            return new ConfigurationBuilder()
                .AddJsonFile(Path.Combine(folder, "appsettings.json"), optional: true)
                .AddJsonFile(Path.Combine(folder, $"appsettings.{builder.Environment.EnvironmentName}.json"), optional: true)
                .Build();
        }
        catch (InvalidDataException e)
        {
            throw new DistributedApplicationException($"{e.Message.TrimEnd('.')}: {e.InnerException?.Message.Split('\n')[0] ?? "it is not valid JSON"}", e);
        }
    }
}
