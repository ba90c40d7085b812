using System.Globalization;
using System.Text;
using Ccr.Tokenization;
using Grpc.Core;

namespace Ccr.TokenizerService.Telemetry;

/// <summary>The page /metrics: the Prometheus text format 0.0.4.</summary>
internal static class MetricsPage
{
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Answers a request.</summary>
    public static Task WriteAsync(HttpContext http)
    {
        var metrics = http.RequestServices.GetRequiredService<TokenizerMetrics>();
        var usage = http.RequestServices.GetService<UsageWriter>();
        http.Response.ContentType = ContentType;
        return http.Response.WriteAsync(Render(metrics, http.RequestServices.GetRequiredService<TextCountCache>().Totals, usage), http.RequestAborted);
    }

    /// <summary>The page; <paramref name="usage"/> is null when no Redis is configured.</summary>
    public static string Render(TokenizerMetrics metrics, CountCacheTotals cache, UsageWriter? usage)
    {
        var page = new StringBuilder(4096);
        Family(page, "ccr_tokenizer_requests_total", "counter", "Calls by method and gRPC status.");
        foreach (var method in Enum.GetValues<TokenizerMethod>())
        {
            foreach (var code in Enum.GetValues<StatusCode>().Where(c => metrics[method].Calls(c) > 0))
            {
                Line(page, $"ccr_tokenizer_requests_total{{method=\"{method}\",code=\"{code}\"}}", metrics[method].Calls(code));
            }
        }

        PerMethod(page, metrics, "texts", "Texts counted.", m => m.Texts);
        PerMethod(page, metrics, "bytes", "Bytes counted.", m => m.Bytes);
        PerMethod(page, metrics, "tokens", "Tokens found.", m => m.Tokens);
        Family(page, "ccr_tokenizer_duration_seconds", "histogram", "Time to answer a call.");
        foreach (var method in Enum.GetValues<TokenizerMethod>())
        {
            Histogram(page, method, metrics[method]);
        }

        Single(page, "ccr_tokenizer_cache_hits_total", "counter", "Texts whose count was known from before.", cache.Hits);
        Single(page, "ccr_tokenizer_cache_misses_total", "counter", "Texts that were long enough to be kept and not known.", cache.Misses);
        Single(page, "ccr_tokenizer_cache_known_bytes_total", "counter", "Bytes of texts whose count was known.", cache.KnownBytes);
        Single(page, "ccr_tokenizer_cache_encoded_bytes_total", "counter", "Bytes of texts that had to be encoded.", cache.EncodedBytes);
        if (usage is not null)
        {
            Single(page, "ccr_tokenizer_redis_up", "gauge", "1 when the last write to Redis was confirmed.", usage.IsConnected ? 1 : 0);
            Single(page, "ccr_tokenizer_redis_buffered_requests", "gauge", "Calls whose counts Redis has not confirmed.", usage.Buffered);
        }

        return page.ToString();
    }

    private static void PerMethod(StringBuilder page, TokenizerMetrics metrics, string unit, string help, Func<MethodMetrics, long> value)
    {
        Family(page, $"ccr_tokenizer_{unit}_total", "counter", help);
        foreach (var method in Enum.GetValues<TokenizerMethod>())
        {
            Line(page, $"ccr_tokenizer_{unit}_total{{method=\"{method}\"}}", value(metrics[method]));
        }
    }

    private static void Histogram(StringBuilder page, TokenizerMethod method, MethodMetrics metrics)
    {
        // The count is the sum of the buckets as read, so that it equals the last one however busy the service is.
        var count = 0L;
        for (var i = 0; i <= MethodMetrics.Bounds.Length; i++)
        {
            count += metrics.CallsWithin(i);
            var bound = i < MethodMetrics.Bounds.Length ? MethodMetrics.Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            Line(page, $"ccr_tokenizer_duration_seconds_bucket{{method=\"{method}\",le=\"{bound}\"}}", count);
        }

        Line(page, $"ccr_tokenizer_duration_seconds_sum{{method=\"{method}\"}}", metrics.Duration.TotalSeconds);
        Line(page, $"ccr_tokenizer_duration_seconds_count{{method=\"{method}\"}}", count);
    }

    private static void Single(StringBuilder page, string name, string type, string help, double value)
    {
        Family(page, name, type, help);
        Line(page, name, value);
    }

    private static void Family(StringBuilder page, string name, string type, string help) =>
        page.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private static void Line(StringBuilder page, string sample, double value) =>
        page.Append(CultureInfo.InvariantCulture, $"{sample} {value}\n");
}
