using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ccr.ServiceDefaults;

namespace Ccr.ProxyService.Usage;

/// <summary>The routes that show what was counted. Who may see them is decided before they are reached.</summary>
internal static class UsageEndpoints
{
    private const string Json = "application/json";

    /// <summary>Maps /metrics, /v1/usage, /v1/latencies, /api/status and /api/requests.</summary>
    public static void MapUsage(this IEndpointRouteBuilder endpoints)
    {
        Get("/metrics", MetricsAsync).DisableHttpMetrics();
        Get("/v1/usage", UsageAsync);
        Get("/v1/latencies", LatenciesAsync);
        Get("/api/status", StatusAsync);
        Get("/api/requests", RequestsAsync);

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

    private static Task RequestsAsync(HttpContext context)
    {
        var limit = 100;
        if (context.Request.Query["limit"] is [{ Length: > 0 } text, ..]
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > RedisKeys.RecentRequestsLength))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return WriteAsync(
                context,
                new ErrorReport(new("invalid_request_error", $"limit must be a whole number from 1 to {RedisKeys.RecentRequestsLength}.")),
                ApiJson.Default.ErrorReport);
        }

        var records = context.RequestServices.GetRequiredService<UsageRecorder>().Recent.Read(0, limit, out _);
        records.Reverse();
        return WriteAsync(context, new RequestList([.. records.Select(RequestReport.From)]), ApiJson.Default.RequestList);
    }

    private static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = Json;
        return JsonSerializer.SerializeAsync(context.Response.BodyWriter, value, type, context.RequestAborted);
    }
}
