using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ccr.ProxyService.Usage;

/// <summary>The routes that show what was counted. Who may see them is decided before they are reached.</summary>
internal static class UsageEndpoints
{
    private const string Json = "application/json";

    /// <summary>Maps /metrics, /v1/usage, /v1/latencies, /v1/throughput, /v1/frontend-metrics, /api/status and /api/requests.</summary>
    public static void MapUsage(this IEndpointRouteBuilder endpoints)
    {
        Get("/metrics", MetricsAsync).DisableHttpMetrics();
        Get("/v1/usage", UsageAsync);
        Get("/v1/latencies", LatenciesAsync);
        Get("/api/status", StatusAsync);
        Get("/v1/throughput", ThroughputAsync);
        Get("/v1/frontend-metrics", FrontendsAsync);
        endpoints.MapRequests();

        IEndpointConventionBuilder Get(string path, RequestDelegate handler) => endpoints.MapGet(path, handler);
    }

    private static Task MetricsAsync(HttpContext context)
    {
        var isOpen = MetricsFormat.WantsOpenMetrics(context.Request.Headers.Accept);
        context.Response.ContentType = isOpen ? PrometheusWriter.OpenContentType : PrometheusWriter.ContentType;
        context.Response.Headers.Vary = "Accept";
        context.RequestServices.GetRequiredService<MetricsPage>().Write(context.Response.BodyWriter, isOpen);
        return context.Response.BodyWriter.FlushAsync(context.RequestAborted).AsTask();
    }

    private static async Task UsageAsync(HttpContext context)
    {
        var report = await context.RequestServices.GetRequiredService<SharedUsageReader>().ReadAsync(context.RequestAborted);
        await WriteAsync(context, report, UsageJson.Default.UsageReport);
    }

    private static Task LatenciesAsync(HttpContext context)
    {
        IReadOnlyList<LatencyReport> report =
        [
            .. from target in context.RequestServices.GetRequiredService<ITargetStates>().Snapshot()
               let latency = target.LatencySeconds
               where latency.HasValue
               select new LatencyReport(target.Name, latency.Value, target.Requests),
        ];
        return WriteAsync(context, report, UsageJson.Default.IReadOnlyListLatencyReport);
    }

    private static Task StatusAsync(HttpContext context) =>
        WriteAsync(context, context.RequestServices.GetRequiredService<StatusReporter>().Report(), ApiJson.Default.StatusReport);

    private static Task ThroughputAsync(HttpContext context)
    {
        IReadOnlyList<ThroughputReport> report =
        [
            .. context.RequestServices.GetRequiredService<UsageRecorder>().Targets.Entries
                .Select(t => ThroughputReport.From(t.Value.Name, t.Value.Throughput)).OfType<ThroughputReport>().OrderBy(t => t.Tier, StringComparer.Ordinal),
        ];
        return WriteAsync(context, report, UsageJson.Default.IReadOnlyListThroughputReport);
    }

    private static Task FrontendsAsync(HttpContext context)
    {
        IReadOnlyList<FrontendReport> report =
        [
            .. context.RequestServices.GetRequiredService<UsageRecorder>().Applications.Entries
                .Select(a => FrontendReport.From(a.Key, a.Value)).OrderBy(a => a.Frontend, StringComparer.Ordinal),
        ];
        return WriteAsync(context, report, UsageJson.Default.IReadOnlyListFrontendReport);
    }

    private static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = Json;
        return JsonSerializer.SerializeAsync(context.Response.BodyWriter, value, type, context.RequestAborted);
    }
}
