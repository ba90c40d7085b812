using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Ccr.Tests.Telemetry;

/// <summary>A collector that takes OTLP over HTTP and keeps it.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _received = new();

    private Collector(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    public IReadOnlyList<OtlpSpan> Spans => [.. _received.Where(static r => r.Path == "/v1/traces").SelectMany(static r => OtlpSpan.ReadAll(r.Body))];

    /// <summary>Everything that came to a path, as characters.</summary>
    public string Text(string path) => string.Concat(_received.Where(r => r.Path == path).Select(static r => Encoding.UTF8.GetString(r.Body)));

    public static async Task<Collector> StartAsync()
    {
        var app = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None"]).Build();
        var collector = new Collector(app);
        app.MapPost("/{**path}", async (HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            collector._received.Enqueue((context.Request.Path, body.ToArray()));
        });
        await app.StartAsync();
        return collector;
    }

    /// <summary>What a host is told on its command line so that it sends everything here.</summary>
    public string[] Arguments(params string[] more) =>
    [
        $"--OTEL_EXPORTER_OTLP_ENDPOINT={Address}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "--OTEL_METRIC_EXPORT_INTERVAL=600000", "--OTEL_BSP_SCHEDULE_DELAY=600000", .. more,
    ];

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
