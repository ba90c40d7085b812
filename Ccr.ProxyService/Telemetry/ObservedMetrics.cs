using System.Diagnostics.Metrics;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Telemetry;

/// <summary>
/// Every counter and gauge of /metrics as an observable instrument of the meter "Ccr.Proxy", read from the same numbers when an exporter asks. The name is that of
/// /metrics with a dot after its first word and without _total, so that a collector which makes Prometheus names of it arrives at the same one.
/// </summary>
internal sealed class ObservedMetrics(IMeterFactory meters, MetricsPage page, TimeProvider time) : IHostedService
{
    // An exporter asks all instruments in one go; the page is walked once for that.
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private MetricReadings? _readings;
    private long _readAt;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = meters.Create(GenAiInstruments.MeterName);
        foreach (var metric in Metrics.All)
        {
            if (!metric.Name.StartsWith("ccr_", StringComparison.Ordinal))
            {
                continue;
            }

            var name = "ccr." + metric.OpenName["ccr_".Length..];
            if (metric.Type == "counter")
            {
                meter.CreateObservableCounter(name, () => Read(metric), null, metric.Help);
            }
            else if (metric.Type == "gauge")
            {
                meter.CreateObservableGauge(name, () => Read(metric), null, metric.Help);
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private IReadOnlyList<Measurement<double>> Read(Metric metric)
    {
        lock (_lock)
        {
            if (_readings is null || time.GetElapsedTime(_readAt) > Fresh)
            {
                _readings = new MetricReadings();
                page.Write(_readings);
                _readAt = time.GetTimestamp();
            }

            return _readings.Of(metric);
        }
    }
}
