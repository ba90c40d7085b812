using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Running;

/// <summary>The life of one resource: wait, start, watch, start again after a crash, stop.</summary>
internal sealed class ResourceSupervisor : IDisposable
{
    /// <summary>A process without health checks that lived as long did start.</summary>
    public static readonly TimeSpan StartedAfter = TimeSpan.FromSeconds(2);

    private readonly LaunchPlanner _planner;
    private readonly IProcessLauncher _launcher;
    private readonly ResourceNotificationService _notifications;
    private readonly ResourceConsole _console;
    private readonly TimeProvider _time;
    private readonly DependencyGate _gate;
    private readonly HealthWatch _health;
    private readonly Func<IResource, Task> _onReady;
    private readonly CancellationTokenSource _stopping = new();
    private readonly bool _hasChecks;
    private readonly Lock _lock = new();
    private readonly IChildProcess?[] _children;
    private readonly List<TcpRelay> _relays = [];
    private CancellationTokenSource? _watching;
    private Task _watch = Task.CompletedTask;
    private readonly CancellationToken _stop;
    private volatile bool _wasReady;

    public ResourceSupervisor(
        IResource resource, LaunchPlanner planner, IProcessLauncher launcher, HealthCheckService checks, ResourceNotificationService notifications, ResourceConsole console, TimeProvider time, Func<IResource, Task> onReady)
    {
        _stop = _stopping.Token;
        Resource = resource;
        _planner = planner;
        _launcher = launcher;
        _notifications = notifications;
        _console = console;
        _time = time;
        _onReady = onReady;
        _gate = new DependencyGate(notifications, console, time);
        _health = new HealthWatch(resource, checks, notifications, console, time);
        _hasChecks = HealthWatch.Keys(resource).Any();
        _children = new IChildProcess?[resource.GetReplicaCount()];
    }

    public IResource Resource { get; }

    /// <summary>Runs the resource until it ends by itself or is stopped.</summary>
    /// <exception cref="DistributedApplicationException">It cannot start; the message says why and what to do.</exception>
    public async Task RunAsync()
    {
        try
        {
            if (Resource.Annotations.OfType<WaitAnnotation>().Any())
            {
                await PublishAsync(KnownResourceStates.Waiting).ConfigureAwait(false);
                await _gate.WaitAsync(Resource, _stop).ConfigureAwait(false);
            }

            await PublishAsync(KnownResourceStates.Starting).ConfigureAwait(false);
            await StartAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped before it had a process, or between two.
        }
        catch (Exception) when (!_stop.IsCancellationRequested)
        {
            await PublishAsync(KnownResourceStates.FailedToStart).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Asks the processes to stop; ends them with all their descendants when they have not done so after <paramref name="patience"/>.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await EndWatchAsync().ConfigureAwait(false);
        IChildProcess[] children;
        lock (_lock)
        {
            children = [.. _children.OfType<IChildProcess>()];
        }

        if (children.Length > 0)
        {
            await PublishAsync(KnownResourceStates.Stopping).ConfigureAwait(false);
            Array.ForEach(children, child => child.RequestStop());
            var ended = Task.WhenAll(children.Select(child => child.Exited));
            await Task.WhenAny(ended, Task.Delay(patience, _time)).ConfigureAwait(false);
            if (!ended.IsCompleted)
            {
                _console.Line(Resource.Name, $"did not stop in {patience.TotalSeconds:0.#} s and is ended");
                Array.ForEach(children, child => child.Kill());
                await ended.ConfigureAwait(false);
            }

            await PublishAsync(KnownResourceStates.Exited).ConfigureAwait(false);
        }

        foreach (var relay in _relays)
        {
            await relay.DisposeAsync().ConfigureAwait(false);
        }
    }

    public void Dispose() => _stopping.Dispose();

    private async Task StartAsync()
    {
        var plans = new LaunchPlan[_children.Length];
        for (var i = 0; i < plans.Length; i++)
        {
            plans[i] = await _planner.PlanAsync(Resource, i, _stop).ConfigureAwait(false);
        }

        await PublishDetailAsync(plans[0].Detail).ConfigureAwait(false);
        foreach (var endpoint in Resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => EndpointAllocator.NeedsRelay(Resource, endpoint)))
        {
            _relays.Add(new TcpRelay(endpoint.TargetHost, endpoint.AllocatedEndpoint!.Port, endpoint.ReplicaPorts));
        }

        if (plans[0].Process is null)
        {
            await MarkRunningAsync().ConfigureAwait(false);
            await _watch.ConfigureAwait(false);
            return;
        }

        var replicas = plans.Select((plan, index) => ReplicaAsync(index, plan.Process!)).ToArray();
        await AllOrFirstFailureAsync(replicas).ConfigureAwait(false);
    }

    /// <summary>Ends when all have ended, or with the first that fails.</summary>
    private static async Task AllOrFirstFailureAsync(Task[] replicas)
    {
        var open = replicas.ToList();
        while (open.Count > 0)
        {
            var ended = await Task.WhenAny(open).ConfigureAwait(false);
            await ended.ConfigureAwait(false);
            open.Remove(ended);
        }
    }

    private async Task ReplicaAsync(int index, ChildSpec spec)
    {
        var label = _children.Length == 1 ? Resource.Name : $"{Resource.Name}-{index}";
        var restarts = new RestartPolicy();
        while (true)
        {
            var tail = new LineTail();
            var started = _time.GetTimestamp();
            var child = Launch(index, spec, line =>
            {
                tail.Add(line);
                if (!spec.Quiet)
                {
                    _console.Line(label, line);
                }
            });
            await using (child.ConfigureAwait(false))
            {
                if (AllRun())
                {
                    await MarkRunningAsync().ConfigureAwait(false);
                }

                var code = await child.Exited.ConfigureAwait(false);
                _stop.ThrowIfCancellationRequested();
                var lived = _time.GetElapsedTime(started);
                lock (_lock)
                {
                    _children[index] = null;
                }

                await EndWatchAsync().ConfigureAwait(false);
                if (code == 0 && (!_hasChecks || _wasReady))
                {
                    await FinishAsync(label).ConfigureAwait(false);
                    return;
                }

                if (!(_hasChecks ? _wasReady : lived >= StartedAfter || restarts.Used))
                {
                    throw new DistributedApplicationException(StartFailure(label, code, tail.Lines()));
                }

                await CrashAsync(label, code, tail.Lines(), restarts.NextDelay(lived)).ConfigureAwait(false);
            }
        }
    }

    private IChildProcess Launch(int index, ChildSpec spec, Action<string> onLine)
    {
        lock (_lock)
        {
            // Under the lock, so that StopAsync either sees the process or prevents it.
            _stop.ThrowIfCancellationRequested();
            return _children[index] = _launcher.Start(spec, onLine);
        }
    }

    private bool AllRun()
    {
        lock (_lock)
        {
            return _children.All(child => child is not null);
        }
    }

    private async Task MarkRunningAsync()
    {
        await _notifications.PublishUpdateAsync(
            Resource, snapshot => snapshot with { State = KnownResourceStates.Running, ExitCode = null, HealthReports = HealthWatch.Unknown(Resource) }).ConfigureAwait(false);
        var watching = CancellationTokenSource.CreateLinkedTokenSource(_stop);
        lock (_lock)
        {
            _watching = watching;
            _watch = Task.Run(() => WatchAsync(watching.Token), CancellationToken.None);
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _health.RunAsync(
                async () =>
                {
                    if (!_wasReady)
                    {
                        _wasReady = true;
                        await _onReady(Resource).ConfigureAwait(false);
                    }
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process ended, or the application stops.
        }
    }

    private async Task EndWatchAsync()
    {
        CancellationTokenSource? watching;
        Task watch;
        lock (_lock)
        {
            (watching, _watching) = (_watching, null);
            watch = _watch;
        }

        if (watching is not null)
        {
            await watching.CancelAsync().ConfigureAwait(false);
            await watch.ConfigureAwait(false);
            watching.Dispose();
        }
    }

    private async Task FinishAsync(string label)
    {
        lock (_lock)
        {
            if (_children.Any(child => child is not null))
            {
                return;
            }
        }

        if (_hasChecks)
        {
            _console.Line(label, "ended by itself (exit code 0) and is not started again");
        }

        await _notifications.PublishUpdateAsync(Resource, snapshot => snapshot with { State = KnownResourceStates.Finished, ExitCode = 0 }).ConfigureAwait(false);
    }

    private async Task CrashAsync(string label, int code, IReadOnlyList<string> tail, TimeSpan delay)
    {
        _console.Line(label, $"crashed: {ExitCode.Describe(code)}; starts again in {delay.TotalSeconds:0} s{(tail.Count > 0 ? ". Its last lines:" : "")}");
        foreach (var line in tail)
        {
            _console.Line(label, "    " + line);
        }

        await _notifications.PublishUpdateAsync(
            Resource, snapshot => snapshot with { State = KnownResourceStates.Starting, ExitCode = code, HealthReports = HealthWatch.Unknown(Resource) }).ConfigureAwait(false);
        await Task.Delay(delay, _time, _stop).ConfigureAwait(false);
    }

    private static string StartFailure(string label, int code, IReadOnlyList<string> tail)
    {
        var message = tail.Count == 0
            ? $"{label}: ended before it was ready ({ExitCode.Describe(code)}) and wrote nothing; run it by itself to see why."
            : $"{label}: ended before it was ready ({ExitCode.Describe(code)}); correct what its last lines say, and start again:";
        return string.Join(Environment.NewLine, [message, .. tail.Select(line => "    " + line)]);
    }

    private Task PublishAsync(string state) => _notifications.PublishUpdateAsync(Resource, snapshot => snapshot with { State = state });

    private Task PublishDetailAsync(string? detail) => _notifications.PublishUpdateAsync(Resource, snapshot => snapshot with
    {
        Properties = detail is null ? [] : [new ResourcePropertySnapshot(StatusTable.Detail, detail)],
        Urls = Urls(),
    });

    private ImmutableArray<UrlSnapshot> Urls()
        => [.. Resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.AllocatedEndpoint is not null)
            .Select(endpoint => new UrlSnapshot(endpoint.Name, endpoint.AllocatedEndpoint!.UriString, IsInternal: !endpoint.IsExternal))];
}
