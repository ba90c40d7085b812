using System.Reflection;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Publishing;
using Aspire.Hosting.Running;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>The builder behind <see cref="DistributedApplication.CreateBuilder()"/>.</summary>
internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    /// <summary>More than the ten seconds in which the orchestrator stops everything.</summary>
    private static readonly TimeSpan HostShutdownTimeout = TimeSpan.FromSeconds(15);

    private readonly HostApplicationBuilder _host;

    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        AppHostAssembly = options.AssemblyName is null ? Assembly.GetEntryAssembly() : Assembly.Load(options.AssemblyName);
        AppHostDirectory = options.ProjectDirectory ?? Metadata(AppHostAssembly, "apphostprojectpath") ?? Directory.GetCurrentDirectory();

        var settings = new ConfigurationManager();
        settings.AddInMemoryCollection([new("hostBuilder:reloadConfigOnChange", "false")]);
        _host = new HostApplicationBuilder(new HostApplicationBuilderSettings
        {
            Args = options.Args,
            ApplicationName = AppHostAssembly?.GetName().Name,
            ContentRootPath = Directory.Exists(AppHostDirectory) ? AppHostDirectory : null,
            Configuration = settings,
        });
        var publisher = Configuration["publisher"];
        ExecutionContext = publisher is null
            ? new DistributedApplicationExecutionContext(DistributedApplicationOperation.Run)
            : new DistributedApplicationExecutionContext(DistributedApplicationOperation.Publish, publisher);
        AddServices();
    }

    public ConfigurationManager Configuration => _host.Configuration;

    public string AppHostDirectory { get; }

    public Assembly? AppHostAssembly { get; }

    public IHostEnvironment Environment => _host.Environment;

    public IServiceCollection Services => _host.Services;

    public IDistributedApplicationEventing Eventing { get; } = new DistributedApplicationEventing();

    public DistributedApplicationExecutionContext ExecutionContext { get; }

    public IList<IResource> Resources { get; } = [];

    /// <summary>What is wrong with the description; told when the application is run, so that a person sees a line and no stack trace.</summary>
    internal List<string> Problems { get; } = [];

    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);
        if (Resources.FirstOrDefault(other => string.Equals(other.Name, resource.Name, StringComparison.OrdinalIgnoreCase)) is { } same)
        {
            throw new DistributedApplicationException($"Cannot add resource '{resource.Name}': there is one with the name '{same.Name}' already.");
        }

        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource
        => new ResourceBuilder<T>(this, resource);

    public DistributedApplication Build()
    {
        Services.AddSingleton(new DistributedApplicationModel(Resources));
        return new DistributedApplication(_host.Build(), ExecutionContext, Problems);
    }

    /// <summary>A value that the build wrote into the AppHost's assembly.</summary>
    internal static string? Metadata(Assembly? assembly, string key)
        => assembly?.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(attribute => string.Equals(attribute.Key, key, StringComparison.OrdinalIgnoreCase))?.Value;

    private void AddServices()
    {
        Services.AddSingleton(ExecutionContext);
        Services.AddSingleton(Eventing);
        Services.AddSingleton<ResourceNotificationService>();
        Services.AddSingleton<SecretMask>();
        Services.AddSingleton(provider => ResourceConsole.ForTerminal(provider.GetRequiredService<SecretMask>()));
        Services.AddSingleton<ManifestPublisher>();
        Services.TryAddSingleton(TimeProvider.System);
        Services.AddHealthChecks();
        Services.Configure<HostOptions>(host => host.ShutdownTimeout = HostShutdownTimeout);

        // The host's own lines go the way of the resources' lines; a check that fails is told by the resource's state.
        _host.Logging.ClearProviders();
        Services.AddSingleton<ILoggerProvider, ResourceConsoleLoggerProvider>();
        _host.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        _host.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.None);
        _host.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical);
        _host.Logging.AddFilter("System.Net.Http", LogLevel.Warning);

        if (ExecutionContext.IsRunMode)
        {
            Services.AddSingleton<IProcessLauncher, GuardedProcessLauncher>();
            Services.AddSingleton(provider => ActivatorUtilities.CreateInstance<LaunchPlanner>(provider, (IDistributedApplicationBuilder)this));
            Services.AddSingleton<Orchestrator>();
            Services.AddHostedService(provider => provider.GetRequiredService<Orchestrator>());
        }
    }
}
