using System.Globalization;

namespace Ccr.Bench.Load;

/// <summary>Reports side by side, for people.</summary>
internal static class LoadTable
{
    /// <summary>Writes one column a report, and the ratio of the first two where there are two.</summary>
    public static void Write(TextWriter output, IReadOnlyList<LoadReport> reports)
    {
        Row("", r => r.Target);
        Row("requests", r => Text(r.Requests));
        Row("  ok", r => Text(r.Ok));
        Row("  other status", r => Text(r.OtherStatus));
        Row("  truncated", r => Text(r.Truncated));
        Row("  failed", r => Text(r.Failed));
        Row("seconds", r => Text(r.Seconds, 2));
        Row("requests/s", r => Text(r.RequestsPerSecond, 1));
        Row("events/s", r => Text(r.Events / r.Seconds, 0));
        Times("first byte, ms", r => r.TimeToFirstByte);
        Times("whole answer, ms", r => r.Total);
        Times("event lag, ms", r => r.EventLag);
        Row("load generator CPU, s", r => Text(r.OwnCpuSeconds, 2));
        Row("process CPU, s", r => Text(r.Process?.CpuSeconds, 2));
        Row("process CPU, cores", r => Text(r.Process?.CpuSeconds / r.Seconds, 2));
        Row("process RSS start, MB", r => Text(r.Process?.RssStartMb, 0));
        Row("process RSS peak, MB", r => Text(r.Process?.RssPeakMb, 0));
        Row("process RSS end, MB", r => Text(r.Process?.RssEndMb, 0));
        if (reports is [var proxy, var direct] && direct.RequestsPerSecond > 0)
        {
            output.WriteLine($"{"requests/s, ratio",-26}{Text(proxy.RequestsPerSecond / direct.RequestsPerSecond, 3),16}");
        }

        foreach (var report in reports.Where(r => r.FirstProblem is not null))
        {
            output.WriteLine($"first problem ({report.Target}): {report.FirstProblem}");
        }

        void Times(string name, Func<LoadReport, Quantiles?> pick)
        {
            Row($"{name} p50", r => Text(pick(r)?.P50, 3));
            Row("  p99", r => Text(pick(r)?.P99, 3));
            Row("  p99.9", r => Text(pick(r)?.P999, 3));
            Row("  max", r => Text(pick(r)?.Max, 3));
        }

        void Row(string name, Func<LoadReport, string> value) => output.WriteLine($"{name,-26}{string.Concat(reports.Select(r => $"{value(r),16}"))}");
    }

    private static string Text(double? value, int decimals = 0) => value?.ToString($"F{decimals}", CultureInfo.InvariantCulture) ?? "-";
}
