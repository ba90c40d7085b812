using Ccr.ServiceDefaults;
using Ccr.Tokenization;
using Ccr.TokenizerService.Counting;
using Ccr.TokenizerService.Health;
using Ccr.TokenizerService.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ccr.TokenizerService.Hosting;

/// <summary>Puts the service together.</summary>
internal static class TokenizerHost
{
    /// <summary>How long a stopping host waits for calls. The last write to Redis comes after it and has its own limit.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Builds the host without starting it. The vocabularies are loaded here, so that a service that answers is a service that is fast.</summary>
    /// <exception cref="SettingException">A setting cannot be used.</exception>
    public static WebApplication Build(string[] args)
    {
        // The settings file lies beside the program, wherever that is started.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.AddServiceDefaults();
        HealthPort.Configure(builder);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // gRPC limits each message; a stream of them may be as long as it likes.
            kestrel.Limits.MaxRequestBodySize = null;
        });
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = TokenizerLimits.MaxMessageBytes);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<TokenizerMetrics>();
        builder.Services.AddSingleton(new TextCountCache(TokenizerLimits.KeptTexts));
        builder.Services.AddSingleton<Counter>();
        builder.Services.AddSingleton<GrpcTokenizer>();
        builder.Services.AddSingleton<GrpcHealth>();
        if (builder.AddSharedRedis())
        {
            builder.Services.AddSingleton<UsageWriter>();
            builder.Services.AddHostedService(services => services.GetRequiredService<UsageWriter>());
        }

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapGrpcService<GrpcTokenizer>();
        app.MapGrpcService<GrpcHealth>();
        app.MapGet("/metrics", MetricsPage.WriteAsync);
        BpeEncoding.Cl100kBase.Load();
        BpeEncoding.O200kBase.Load();
        return app;
    }
}
