using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Ccr.ProxyService.Usage;

/// <summary>
/// Writes the Prometheus text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/) straight into a buffer. A family's
/// head comes with its first sample; a family without samples leaves no trace.
/// </summary>
internal sealed class PrometheusWriter(IBufferWriter<byte> output)
{
    /// <summary>The content type of what is written.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private Metric? _family;

    /// <summary>One sample of a counter or gauge; a value for each of the metric's labels.</summary>
    public void Sample(Metric metric, double value, params ReadOnlySpan<string> labels)
    {
        Begin(metric);
        Line(metric.Name, "", metric.Labels, labels, null, value);
    }

    /// <summary>One series of a histogram.</summary>
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
        Text("# HELP ");
        Text(metric.Name);
        Text(" ");
        Escaped(metric.Help, quotes: false);
        Text("\n# TYPE ");
        Text(metric.Name);
        Text(" ");
        Text(metric.Type);
        Text("\n");
    }

    private void Line(string name, string suffix, string[] labelNames, ReadOnlySpan<string> labels, double? bound, double value)
    {
        Text(name);
        Text(suffix);
        for (var i = 0; i < labelNames.Length; i++)
        {
            Text(i == 0 ? "{" : ",");
            Text(labelNames[i]);
            Text("=\"");
            Escaped(labels[i], quotes: true);
            Text("\"");
        }

        if (bound is { } limit)
        {
            Text(labelNames.Length == 0 ? "{" : ",");
            Text("le=\"");
            Number(limit);
            Text("\"");
        }

        Text(labelNames.Length > 0 || bound is not null ? "} " : " ");
        Number(value);
        Text("\n");
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
