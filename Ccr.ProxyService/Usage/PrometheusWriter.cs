using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Ccr.ProxyService.Usage;

/// <summary>
/// Writes the Prometheus text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/) or OpenMetrics 1.0
/// (https://prometheus.io/docs/specs/om/open_metrics_spec/) straight into a buffer. A family's head comes with its first sample; a family without samples leaves no
/// trace, and neither does a label without a value, which is the same as none.
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="isOpen">True for OpenMetrics; it wants <see cref="End"/>.</param>
internal sealed class PrometheusWriter(IBufferWriter<byte> output, bool isOpen = false) : IMetricSink
{
    /// <summary>The content type of the Prometheus text format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>The content type of OpenMetrics.</summary>
    public const string OpenContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private Metric? _family;

    /// <summary>Ends the page.</summary>
    public void End()
    {
        if (isOpen)
        {
            Text("# EOF\n");
        }
    }

    /// <inheritdoc/>
    public void Sample(Metric metric, double value, params ReadOnlySpan<string> labels)
    {
        Begin(metric);
        Line(metric.Name, "", metric.Labels, labels, null, value);
    }

    /// <inheritdoc/>
    public void Sample(Metric metric, Histogram histogram, params ReadOnlySpan<string> labels)
    {
        Begin(metric);

        // The count is the sum of the buckets as they were read, so that it equals the last bucket however busy the process is.
        var count = 0L;
        for (var i = 0; i <= histogram.Bounds.Length; i++)
        {
            count += histogram.InBucket(i);
            Line(metric.Name, "_bucket", metric.Labels, labels, i < histogram.Bounds.Length ? histogram.Bounds[i] : double.PositiveInfinity, count);
        }

        Line(metric.Name, "_sum", metric.Labels, labels, null, histogram.Sum);
        Line(metric.Name, "_count", metric.Labels, labels, null, count);
    }

    private void Begin(Metric metric)
    {
        if (ReferenceEquals(metric, _family))
        {
            return;
        }

        _family = metric;
        var name = isOpen ? metric.OpenName : metric.Name;
        Text("# HELP ");
        Text(name);
        Text(" ");
        Escaped(metric.Help, quotes: isOpen);
        Text("\n# TYPE ");
        Text(name);
        Text(" ");
        Text(isOpen ? metric.OpenType : metric.Type);
        Text("\n");
        if (isOpen && metric.Unit is { } unit)
        {
            Text("# UNIT ");
            Text(name);
            Text(" ");
            Text(unit);
            Text("\n");
        }
    }

    private void Line(string name, string suffix, string[] labelNames, ReadOnlySpan<string> labels, double? bound, double value)
    {
        Text(name);
        Text(suffix);
        var isFirst = true;
        for (var i = 0; i < labelNames.Length; i++)
        {
            if (labels[i].Length > 0)
            {
                Text(isFirst ? "{" : ",");
                Text(labelNames[i]);
                Text("=\"");
                Escaped(labels[i], quotes: true);
                Text("\"");
                isFirst = false;
            }
        }

        if (bound is { } limit)
        {
            Text(isFirst ? "{" : ",");
            Text("le=\"");
            Bound(limit);
            Text("\"");
            isFirst = false;
        }

        Text(isFirst ? " " : "} ");
        Number(value);
        Text("\n");
    }

    // OpenMetrics wants whole numbers as bounds to be written 1.0, so that all programs name the same bucket alike.
    private void Bound(double limit)
    {
        Number(limit);
        if (isOpen && double.IsInteger(limit))
        {
            Text(".0");
        }
    }

    private void Number(double value)
    {
        if (double.IsPositiveInfinity(value))
        {
            Text("+Inf");
            return;
        }

        // The shortest text that reads back as the same number: at most 24 characters.
        value.TryFormat(output.GetSpan(32), out var written, "R", CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    private void Escaped(string text, bool quotes)
    {
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            var at = quotes ? rest.IndexOfAny('\\', '\n', '"') : rest.IndexOfAny('\\', '\n');
            if (at < 0)
            {
                break;
            }

            Text(rest[..at]);
            Text(rest[at] switch { '\\' => @"\\", '\n' => @"\n", _ => "\\\"" });
            rest = rest[(at + 1)..];
        }

        Text(rest);
    }

    private void Text(ReadOnlySpan<char> text)
    {
        if (text.Length > 0)
        {
            // Half a surrogate pair in a name becomes U+FFFD: the page stays valid UTF-8.
            Utf8.FromUtf16(text, output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length)), out _, out var written);
            output.Advance(written);
        }
    }
}
