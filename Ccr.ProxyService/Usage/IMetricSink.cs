namespace Ccr.ProxyService.Usage;

/// <summary>Takes all samples of the metrics, family by family.</summary>
internal interface IMetricSink
{
    /// <summary>One sample of a counter or gauge; a value for each of the metric's labels, empty where it has none.</summary>
    void Sample(Metric metric, double value, params ReadOnlySpan<string> labels);

    /// <summary>One series of a histogram.</summary>
    void Sample(Metric metric, Histogram histogram, params ReadOnlySpan<string> labels);
}
