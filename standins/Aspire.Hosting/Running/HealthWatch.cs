using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Running;

/// <summary>Runs the checks of a resource again and again, from a start of its process to its end.</summary>
internal sealed class HealthWatch(IResource resource, HealthCheckService checks, ResourceNotificationService notifications, ResourceConsole console, TimeProvider time)
{
    private readonly HashSet<string> _keys = [.. Keys(resource)];

    /// <summary>Names of the checks of a resource.</summary>
    public static IEnumerable<string> Keys(IResource resource) => resource.Annotations.OfType<HealthCheckAnnotation>().Select(check => check.Key);

    /// <summary>Reports for checks that have not run.</summary>
    public static ImmutableArray<HealthReportSnapshot> Unknown(IResource resource)
        => [.. Keys(resource).Select(key => new HealthReportSnapshot(key, null, null, null))];

    /// <summary>Checks until cancelled; calls <paramref name="onHealthy"/> whenever the resource becomes healthy.</summary>
    public async Task RunAsync(Func<Task> onHealthy, CancellationToken cancellationToken)
    {
        if (_keys.Count == 0)
        {
            await onHealthy().ConfigureAwait(false);
            return;
        }

        var started = time.GetTimestamp();
        var schedule = new HealthSchedule();
        bool? before = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            var report = await checks.CheckHealthAsync(check => _keys.Contains(check.Name), cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            var healthy = report.Status == HealthStatus.Healthy;
            await notifications.PublishUpdateAsync(resource, snapshot => snapshot with { HealthReports = Reports(report) }).ConfigureAwait(false);
            if (healthy && before != true)
            {
                if (before == false && schedule.WasHealthy)
                {
                    console.Line(resource.Name, "is healthy again");
                }

                await onHealthy().ConfigureAwait(false);
            }
            else if (!healthy && before == true)
            {
                console.Line(resource.Name, $"is unhealthy: {Description(report)}");
            }

            before = healthy;
            await Task.Delay(schedule.Next(healthy, time.GetElapsedTime(started)), time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static ImmutableArray<HealthReportSnapshot> Reports(HealthReport report)
        => [.. report.Entries.Select(entry => new HealthReportSnapshot(entry.Key, entry.Value.Status, entry.Value.Description, entry.Value.Exception?.Message))];

    private static string Description(HealthReport report)
        => string.Join("; ", report.Entries.Where(entry => entry.Value.Status != HealthStatus.Healthy)
            .Select(entry => entry.Value.Description ?? entry.Value.Exception?.Message ?? entry.Key));
}
