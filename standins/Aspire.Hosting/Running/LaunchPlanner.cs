namespace Aspire.Hosting.Running;

/// <summary>Decides which program a resource is on this machine.</summary>
internal sealed class LaunchPlanner(IDistributedApplicationBuilder builder, ResourceConsole console)
{
    private readonly RedisLauncher _redis = new(builder);

    /// <summary>The process of one replica; null when the resource runs elsewhere already.</summary>
    /// <exception cref="DistributedApplicationException">The program is missing, or a value is.</exception>
    public async Task<LaunchPlan> PlanAsync(IResource resource, int replica, CancellationToken cancellationToken)
    {
        switch (resource)
        {
            case ProjectResource project:
                return new LaunchPlan(await ProjectAsync(project, replica, cancellationToken).ConfigureAwait(false), null);
            case ExecutableResource executable:
                return new LaunchPlan(await ExecutableAsync(executable, replica, cancellationToken).ConfigureAwait(false), null);
            case RedisResource redis:
                return _redis.Plan(redis);
            default:
                throw new DistributedApplicationException($"{resource.Name}: containers cannot be run here; build with UseAspire=true on a machine with Docker.");
        }
    }

    private async Task<ChildSpec> ProjectAsync(ProjectResource project, int replica, CancellationToken cancellationToken)
    {
        var metadata = project.Annotations.OfType<IProjectMetadata>().Last();
        var target = (metadata as IProjectOutput)?.TargetPath
            ?? throw new DistributedApplicationException($"{project.Name}: {metadata.GetType().Name} does not say where its program is; the AppHost's build writes such classes.");
        if (!File.Exists(target))
        {
            throw new DistributedApplicationException($"{project.Name}: its program {target} is missing; build it with: dotnet build \"{metadata.ProjectPath}\"");
        }

        var environment = await ValueResolver.EnvironmentAsync(project, replica, builder.ExecutionContext, cancellationToken).ConfigureAwait(false);
        environment.TryAdd("OTEL_RESOURCE_ATTRIBUTES", $"service.instance.id={Guid.NewGuid().ToString("N")[..8]}");

        // The table shows the addresses: what ASP.NET Core says at its start would say them again, in many lines.
        environment.TryAdd("LOGGING__LOGLEVEL__MICROSOFT.HOSTING.LIFETIME", "Warning");
        environment.TryAdd("LOGGING__LOGLEVEL__MICROSOFT.ASPNETCORE", "Warning");
        environment.TryAdd("LOGGING__CONSOLE__FORMATTEROPTIONS__SINGLELINE", "true");
        if (console.Colours)
        {
            environment.TryAdd("DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION", "true");
        }

        var args = await ValueResolver.ArgumentsAsync(project, replica, cancellationToken).ConfigureAwait(false);
        return new ChildSpec(Programs.DotNet(), [target, .. args], Path.GetDirectoryName(metadata.ProjectPath)!, environment);
    }

    private async Task<ChildSpec> ExecutableAsync(ExecutableResource executable, int replica, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(executable.WorkingDirectory))
        {
            throw new DistributedApplicationException($"{executable.Name}: its working directory {executable.WorkingDirectory} does not exist; create it or correct AddExecutable.");
        }

        var program = Programs.Find(executable.Command, executable.WorkingDirectory)
            ?? throw new DistributedApplicationException($"{executable.Name}: the program '{executable.Command}' was not found; install it or put its folder on PATH.");
        var environment = await ValueResolver.EnvironmentAsync(executable, replica, builder.ExecutionContext, cancellationToken).ConfigureAwait(false);
        var args = await ValueResolver.ArgumentsAsync(executable, replica, cancellationToken).ConfigureAwait(false);
        return new ChildSpec(program, args, executable.WorkingDirectory, environment);
    }
}

/// <summary>What a resource is on this machine.</summary>
/// <param name="Process">Null when it runs elsewhere already.</param>
/// <param name="Detail">A word about it for the table, or null.</param>
internal sealed record LaunchPlan(ChildSpec? Process, string? Detail);
