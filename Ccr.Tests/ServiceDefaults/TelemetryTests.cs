using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Ccr.Tests.ServiceDefaults;

[Collection(Ccr.Tests.Telemetry.TelemetryGroup.Name)]
public sealed class TelemetryTests
{
    [Fact]
    public async Task Traces_metrics_and_logs_reach_the_collector_and_probes_do_not()
    {
        var received = new ConcurrentBag<(string Path, string Body)>();
        await using var collector = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None"]).Build();
        collector.MapPost("/{**path}", async (HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            received.Add((context.Request.Path, Encoding.Latin1.GetString(body.ToArray())));
        });
        await collector.StartAsync();

        await using (var app = Build(collector.Urls.First()))
        {
            app.MapDefaultEndpoints();
            app.MapGet("/thing", async (HttpContext context) =>
            {
                context.RequestServices.GetRequiredService<ILogger<TelemetryTests>>().LogWarning("a line for the collector");
                await context.Response.WriteAsync("ok");
            });
            await app.StartAsync();

            // Without a propagator the client makes no spans of its own: those would have the probes' addresses.
            using var client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = new Uri(app.Urls.First()) };
            await client.GetStringAsync(new Uri("/health", UriKind.Relative));
            await client.GetStringAsync(new Uri("/alive", UriKind.Relative));
            await client.GetStringAsync(new Uri("/thing", UriKind.Relative));
            await app.StopAsync();
        }

        Assert.Equal(["/v1/logs", "/v1/metrics", "/v1/traces"], received.Select(r => r.Path).Distinct().Order());
        var traces = Bodies("/v1/traces");
        Assert.Contains("/thing", traces, StringComparison.Ordinal);
        Assert.Contains("Microsoft.AspNetCore", traces, StringComparison.Ordinal);
        Assert.Contains("test-service", traces, StringComparison.Ordinal);
        Assert.Contains("http.server.request.duration", Bodies("/v1/metrics"), StringComparison.Ordinal);
        Assert.Contains("dotnet.process.cpu.time", Bodies("/v1/metrics"), StringComparison.Ordinal);
        Assert.Contains("a line for the collector", Bodies("/v1/logs"), StringComparison.Ordinal);
        foreach (var probe in new[] { "/health", "/alive" })
        {
            Assert.DoesNotContain(probe, traces, StringComparison.Ordinal);
            Assert.DoesNotContain(probe, Bodies("/v1/metrics"), StringComparison.Ordinal);
        }

        string Bodies(string path) => string.Concat(received.Where(r => r.Path == path).Select(r => r.Body));
    }

    [Fact]
    public async Task Without_the_endpoint_nothing_listens()
    {
        await using var app = Build(null);
        await app.StartAsync();
        using var source = new ActivitySource("Ccr.Tests.Telemetry.Unheard");
        Assert.False(source.HasListeners());
        Assert.Null(app.Services.GetService<MeterProvider>());
        Assert.Null(app.Services.GetService<TracerProvider>());
    }

    private static WebApplication Build(string? collector)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(
        [
            new("urls", "http://127.0.0.1:0"), new("OTEL_EXPORTER_OTLP_ENDPOINT", collector), new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            new("OTEL_SERVICE_NAME", "test-service"), new("OTEL_METRIC_EXPORT_INTERVAL", "60000"),
        ]);
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        return builder.Build();
    }
}
