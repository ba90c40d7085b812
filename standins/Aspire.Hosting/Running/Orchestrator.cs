using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Aspire.Hosting.Running;

/// <summary>Starts all resources, in the order in which they wait for each other, and stops them the other way round.</summary>
internal sealed class Orchestrator(
    DistributedApplicationModel model,
    LaunchPlanner planner,
    IProcessLauncher launcher,
    HealthCheckService checks,
    IOptions<HealthCheckServiceOptions> options,
    ResourceNotificationService notifications,
    IDistributedApplicationEventing eventing,
    SecretMask mask,
    ResourceConsole console,
    IHostApplicationLifetime lifetime,
    IServiceProvider services,
    TimeProvider time) : IHostedService
{
    /// <summary>Within this everything is stopped or ended; a second less than what people are promised.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(9);

    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan KeptForOthers = TimeSpan.FromSeconds(1);

    private readonly List<ResourceSupervisor> _supervisors = [];
    private readonly List<Task> _lives = [];
    private readonly Lock _lock = new();
    private bool _tableShown;
    private bool _stopAsked;

    /// <summary>Why the application ends by itself; null while it does not.</summary>
    public string? Failure { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        RequireChecks();
        EndpointAllocator.Allocate(model);
        foreach (var redis in model.Resources.OfType<RedisResource>().Where(redis => redis.External is not null))
        {
            var endpoint = redis.PrimaryEndpoint.EndpointAnnotation;
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, redis.External!.Host, redis.External.Port);
        }

        HideSecrets();
        var running = model.Resources.Where(resource => resource is not ParameterResource).ToArray();
        console.Reserve(running.Select(resource => resource.GetReplicaCount() > 1 ? resource.Name + "-0" : resource.Name));
        await eventing.PublishAsync(new BeforeStartEvent(services, model), cancellationToken).ConfigureAwait(false);
        foreach (var resource in running)
        {
            await notifications.PublishUpdateAsync(resource, snapshot => snapshot with { State = KnownResourceStates.NotStarted }).ConfigureAwait(false);
            _supervisors.Add(new ResourceSupervisor(resource, planner, launcher, checks, notifications, console, time, OnReadyAsync));
        }

        notifications.Changing = _ => ShowTableWhenUp(running);
        console.Line(ResourceConsole.Host, $"starting {string.Join(", ", running.Select(resource => resource.Name))}. Press Ctrl+C to shut down.");
        _lives.AddRange(_supervisors.Select(LiveAsync));
        await eventing.PublishAsync(new AfterResourcesCreatedEvent(services, model), cancellationToken).ConfigureAwait(false);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_supervisors.Count == 0 || _stopAsked)
        {
            return;
        }

        _stopAsked = true;
        console.Line(ResourceConsole.Host, "stopping");
        var started = time.GetTimestamp();
        var levels = StopOrder.Levels([.. _supervisors.Select(supervisor => supervisor.Resource)]);
        for (var i = 0; i < levels.Count; i++)
        {
            var left = StopLimit - time.GetElapsedTime(started) - (KeptForOthers * (levels.Count - 1 - i));
            var patience = left > LongestStop ? LongestStop : left > TimeSpan.Zero ? left : TimeSpan.Zero;
            await Task.WhenAll(_supervisors.Where(supervisor => levels[i].Contains(supervisor.Resource)).Select(supervisor => supervisor.StopAsync(patience)))
                .ConfigureAwait(false);
        }

        await Task.WhenAll(_lives).ConfigureAwait(false);
        _supervisors.ForEach(supervisor => supervisor.Dispose());
        console.Line(ResourceConsole.Host, "stopped");
    }

    private async Task LiveAsync(ResourceSupervisor supervisor)
    {
        try
        {
            await supervisor.RunAsync().ConfigureAwait(false);
        }
        catch (DistributedApplicationException e)
        {
            Fail(e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Not foreseen: the message must do, a stack trace helps nobody at this place.
            Fail($"{supervisor.Resource.Name}: {e.GetType().Name}: {e.Message}");
        }
    }

    /// <summary>The first failure is told and ends the application; what follows from it is not.</summary>
    private void Fail(string message)
    {
        lock (_lock)
        {
            if (Failure is not null)
            {
                return;
            }

            Failure = message;
        }

        console.Error(message);

        // A host that is asked to stop while it starts throws instead.
        lifetime.ApplicationStarted.Register(lifetime.StopApplication);
    }

    private async Task OnReadyAsync(IResource resource)
    {
        try
        {
            await eventing.PublishAsync(new ResourceReadyEvent(resource, services), lifetime.ApplicationStopping).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Fail($"{resource.Name}: a subscriber of its ready event failed: {e.Message}");
        }
    }

    /// <summary>Called with each change and before anyone learns of it: so the table stands above whatever others print when all is ready.</summary>
    private void ShowTableWhenUp(IResource[] resources)
    {
        if (_tableShown || Failure is not null)
        {
            return;
        }

        var known = resources.Select(resource => notifications.TryGetCurrentState(resource.Name, out var state) ? state : null).OfType<ResourceEvent>().ToArray();
        if (known.Length == resources.Length && known.All(state => state.Snapshot.IsReady || state.Snapshot.State?.Text == KnownResourceStates.Finished))
        {
            _tableShown = true;
            console.Plain(StatusTable.Lines(known));
        }
    }

    private void RequireChecks()
    {
        var registered = options.Value.Registrations.Select(check => check.Name).ToHashSet();
        foreach (var resource in model.Resources)
        {
            if (HealthWatch.Keys(resource).FirstOrDefault(key => !registered.Contains(key)) is { } missing)
            {
                throw new DistributedApplicationException($"{resource.Name}: no health check is registered under '{missing}'; add it with builder.Services.AddHealthChecks().");
            }
        }
    }

    private void HideSecrets()
    {
        var parameters = model.Resources.OfType<ParameterResource>().Concat(model.Resources.OfType<RedisResource>().Select(redis => redis.PasswordParameter).OfType<ParameterResource>());
        foreach (var parameter in parameters.Where(parameter => parameter.Secret))
        {
            try
            {
                mask.Add(parameter.Value);
            }
            catch (MissingParameterValueException)
            {
                // Whoever uses it fails and says so; nobody does otherwise.
            }
        }
    }
}
