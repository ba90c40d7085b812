namespace Aspire.Hosting.Running;

/// <summary>Holds a resource back until those it waits for are there.</summary>
internal sealed class DependencyGate(ResourceNotificationService notifications, ResourceConsole console, TimeProvider time)
{
    /// <summary>How often a waiter says what it waits for.</summary>
    public static readonly TimeSpan Reminder = TimeSpan.FromSeconds(15);

    /// <exception cref="DistributedApplicationException">One will not come any more.</exception>
    public async Task WaitAsync(IResource resource, CancellationToken cancellationToken)
    {
        foreach (var wait in resource.Annotations.OfType<WaitAnnotation>().Where(wait => wait.Resource is not ParameterResource))
        {
            var change = await WaitAsync(resource, wait, cancellationToken).ConfigureAwait(false);
            if (!IsThere(wait, change.Snapshot))
            {
                throw new DistributedApplicationException(Refusal(resource, wait, change.Snapshot));
            }
        }
    }

    /// <summary>True when the waiter may go on.</summary>
    public static bool IsThere(WaitAnnotation wait, CustomResourceSnapshot snapshot) => wait.WaitType switch
    {
        WaitType.WaitUntilHealthy => snapshot.IsReady,
        WaitType.WaitUntilStarted => snapshot.State?.Text == KnownResourceStates.Running,
        WaitType.WaitForCompletion => HasEnded(snapshot) && snapshot.ExitCode == wait.ExitCode,
        _ => throw new InvalidOperationException($"Unknown kind of wait: {wait.WaitType}."),
    };

    /// <summary>True when the waiter waits in vain. Without a dashboard nobody can start the other by hand, so the default is to stop.</summary>
    public static bool IsHopeless(WaitAnnotation wait, CustomResourceSnapshot snapshot)
        => HasEnded(snapshot) && !IsThere(wait, snapshot) && wait.WaitBehavior != WaitBehavior.WaitOnResourceUnavailable;

    private static bool HasEnded(CustomResourceSnapshot snapshot)
        => snapshot.State is { } state && KnownResourceStates.TerminalStates.Contains(state.Text);

    private static string Refusal(IResource resource, WaitAnnotation wait, CustomResourceSnapshot snapshot)
        => snapshot.State?.Text == KnownResourceStates.FailedToStart
            ? $"{resource.Name}: stopped waiting for dependency resource '{wait.Resource.Name}' because it failed to start"
            : $"{resource.Name}: stopped waiting for dependency resource '{wait.Resource.Name}' because it ended with exit code {snapshot.ExitCode}";

    private async Task<ResourceEvent> WaitAsync(IResource resource, WaitAnnotation wait, CancellationToken cancellationToken)
    {
        var change = notifications.WaitForResourceAsync(
            wait.Resource.Name, change => IsThere(wait, change.Snapshot) || IsHopeless(wait, change.Snapshot), cancellationToken);
        while (true)
        {
            using var reminder = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(change, Task.Delay(Reminder, time, reminder.Token)).ConfigureAwait(false);
            await reminder.CancelAsync().ConfigureAwait(false);
            if (change.IsCompleted)
            {
                return await change.ConfigureAwait(false);
            }

            console.Line(resource.Name, $"waits for {wait.Resource.Name}: {Describe(wait.Resource)}");
        }
    }

    private string Describe(IResource resource)
    {
        if (!notifications.TryGetCurrentState(resource.Name, out var known) || known!.Snapshot.State is not { } state)
        {
            return "not started";
        }

        var reports = known.Snapshot.HealthReports.Select(report => report.Description).OfType<string>();
        return string.Join("; ", [state.Text.ToLowerInvariant(), .. reports]);
    }
}
