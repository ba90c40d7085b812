using System.Net;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ccr.Tests.Grpc;

/// <summary>The echo service in Kestrel on a free port, in plain text.</summary>
internal sealed class EchoHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EchoHost(WebApplication app)
    {
        _app = app;
    }

    public EchoProbe Probe => _app.Services.GetRequiredService<EchoProbe>();

    public Uri Address => new(_app.Urls.First());

    public static async Task<EchoHost> StartAsync(Action<GrpcServiceOptions>? configure = null, HttpProtocols protocols = HttpProtocols.Http2)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols);
        });
        builder.Services.AddSingleton<EchoProbe>();
        builder.Services.AddGrpc(options => configure?.Invoke(options));
        var app = builder.Build();
        app.MapGrpcService<EchoService>();
        await app.StartAsync();
        return new EchoHost(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
