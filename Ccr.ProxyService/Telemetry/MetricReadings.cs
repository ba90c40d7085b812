using System.Diagnostics.Metrics;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Telemetry;

/// <summary>The numbers of all counters and gauges at one moment.</summary>
internal sealed class MetricReadings : IMetricSink
{
    private readonly Dictionary<Metric, List<Measurement<double>>> _readings = new(ReferenceEqualityComparer.Instance);

    /// <summary>Those of one metric.</summary>
    public IReadOnlyList<Measurement<double>> Of(Metric metric) => _readings.TryGetValue(metric, out var readings) ? readings : [];

    /// <inheritdoc/>
    public void Sample(Metric metric, double value, params ReadOnlySpan<string> labels)
    {
        var tags = new KeyValuePair<string, object?>[labels.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            tags[i] = new(metric.Labels[i], labels[i]);
        }

        if (!_readings.TryGetValue(metric, out var readings))
        {
            _readings[metric] = readings = [];
        }

        readings.Add(new(value, tags));
    }

    /// <inheritdoc/>
    public void Sample(Metric metric, Histogram histogram, params ReadOnlySpan<string> labels)
    {
        // Histograms cannot be observed: those of the conventions are instruments of their own.
    }
}
