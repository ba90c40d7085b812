using System.Diagnostics;
using Ccr.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.Hosting;

/// <summary>What every service of the solution shares.</summary>
public static class Extensions
{
    /// <summary>Adds quiet console logging, telemetry (only when OTEL_EXPORTER_OTLP_ENDPOINT is set), health checks, service discovery, the clock, and the watch for a parent that is gone.</summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddConsoleDefaults();
        builder.ConfigureOpenTelemetry();
        builder.AddDefaultHealthChecks();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddParentWatch();
        builder.Services.TryAddSingleton<ServiceEndpoints>();
        builder.Services.ConfigureHttpClientDefaults(http => http.AddServiceDiscovery());
        return builder;
    }

    /// <summary>Adds the check <c>self</c>, tagged <c>live</c>: the process answers.</summary>
    public static TBuilder AddDefaultHealthChecks<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), ["live"]);
        return builder;
    }

    /// <summary>
    /// Maps /health (all checks; 503 only when one is unhealthy, degraded is 200) and /alive (the process itself). Neither shows up in
    /// traces or in HTTP metrics, because probes would drown the rest.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        Map("/health", _ => true);
        Map("/alive", check => check.Tags.Contains("live"));
        return app;

        void Map(string path, Func<HealthCheckRegistration, bool> predicate) =>
            app.MapHealthChecks(path, new HealthCheckOptions { Predicate = predicate, ResponseWriter = WriteUntracedAsync }).DisableHttpMetrics();
    }

    private static Task WriteUntracedAsync(HttpContext context, HealthReport report)
    {
        if (Activity.Current is { } activity)
        {
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }

        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(report.Status.ToString(), context.RequestAborted);
    }
}
