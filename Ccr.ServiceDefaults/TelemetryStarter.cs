using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Ccr.ServiceDefaults;

/// <summary>Brings the two providers to life when the host starts; the container flushes and disposes them with the host.</summary>
internal sealed class TelemetryStarter : IHostedService
{
    /// <summary>Being constructed is the work: the container builds both providers for it.</summary>
    public TelemetryStarter(MeterProvider metrics, TracerProvider traces)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(traces);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
