using Ccr.ProxyService.Attach;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Dispatch.Rescue;
using Ccr.ProxyService.Endpoints;
using Ccr.ProxyService.Health;
using Ccr.ProxyService.Keys;
using Ccr.ProxyService.Modes;
using Ccr.ProxyService.Providers;
using Ccr.ProxyService.Responses;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Routing.Affinity;
using Ccr.ProxyService.Telemetry;
using Ccr.ProxyService.Tokens;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Hosting;

/// <summary>Puts the proxy together and runs it: the same program alone (<c>ccr start</c>) and as a service of the AppHost.</summary>
internal static partial class ProxyHost
{
    /// <summary>Runs until told to stop; returns the exit code.</summary>
    /// <exception cref="ConfigurationException">The configuration cannot be used.</exception>
    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<int> RunAsync(StartOptions options, CancellationToken cancellationToken)
    {
        var app = Build(options);
        await using (app.ConfigureAwait(false))
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
            var config = app.Services.GetRequiredService<IConfigStore>().Current;
            Listening(app.Logger, string.Join(", ", app.Urls), config.Source);
            if (config.ApiKey is null)
            {
                LoopbackOnly(app.Logger);
            }

            await app.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
            return 0;
        }
    }

    /// <summary>Builds the host without starting it.</summary>
    /// <exception cref="ConfigurationException">The configuration cannot be used.</exception>
    public static WebApplication Build(StartOptions options)
    {
        var location = ConfigLocation.Find(options.ConfigPath, Environment.GetEnvironmentVariable) with { IsOptional = options.TargetUrl is not null };
        var builder = WebApplication.CreateSlimBuilder(options.HostArguments);
        builder.AddServiceDefaults();
        builder.Services.AddCcrConfiguration(location, out var config);
        builder.Logging.SetMinimumLevel(config.LogLevel);
        var drain = config.Streams.Drain ?? (options.ServiceMode ? DrainLimit.AsService : DrainLimit.Alone);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = drain + DrainLimit.Margin);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // Bodies are limited where they are read, so that the refusal can be said in the client's dialect.
            kestrel.Limits.MaxRequestBodySize = null;
        });
        Bind(builder, options, config);

        builder.AddUsage();
        builder.AddVirtualKeys();
        builder.AddTokenCounting();
        builder.Services.AddSingleton<UpstreamClients>();
        builder.Services.AddModes(options);
        builder.Services.AddRouting(options.Home);
        builder.AddTargetHealth();
        builder.AddTargetOrder();
        builder.Services.AddSingleton(services => new DrainLimit(drain, services.GetRequiredService<IHostApplicationLifetime>(), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddHostedService(services => services.GetRequiredService<DrainLimit>());
        builder.Services.AddSingleton<AttemptParts>();
        builder.Services.AddSingleton<HedgeDelays>();
        builder.Services.AddSingleton<Jitter>();
        builder.Services.AddSingleton<MidStreamRescue>();
        builder.Services.AddSingleton<Pulse>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Pulse>());
        builder.Services.AddSingleton<RunningAnswers>();
        builder.Services.AddSingleton<Dispatcher>();
        builder.Services.AddSingleton<ReasoningMemory>();
        builder.Services.AddSingleton<ResponseStore>();
        builder.Services.AddSingleton<ContentCapture>();
        builder.Services.AddSingleton<RequestTracing>();
        builder.Services.AddSingleton<GenerationEndpoint>();
        builder.Services.AddSingleton<ResponsesEndpoint>();
        builder.Services.AddSingleton<ProviderTokenCounter>();
        builder.Services.AddSingleton<RequestCounting>();
        builder.Services.AddSingleton<CountTokensEndpoint>();
        builder.Services.AddSingleton<ModelsEndpoint>();
        builder.Services.AddSingleton<ExplainEndpoint>();
        builder.Services.AddSingleton<PresetsEndpoint>();

        var app = builder.Build();
        app.Use(next => app.Services.CreateAccessControl(next).InvokeAsync);
        app.MapDefaultEndpoints();
        app.MapUsage();
        app.MapUsageQueries();
        app.MapModes();
        app.MapTokens();
        app.MapVirtualKeys();
        app.MapProxy();
        return app;
    }

    /// <summary>Without a key nobody but this machine may connect, whatever address was asked for.</summary>
    private static void Bind(WebApplicationBuilder builder, StartOptions options, CcrConfig config)
    {
        if (!options.ServiceMode)
        {
            var host = ListenHost.Effective(options.Host ?? config.Host, config.ApiKey);
            builder.WebHost.UseUrls(new UriBuilder(Uri.UriSchemeHttp, host, options.Port ?? config.Port).Uri.AbsoluteUri);
            return;
        }

        if (config.ApiKey is not null)
        {
            return;
        }

        // Without an address, images of .NET listen on the ports of HTTP_PORTS at every address.
        var urls = builder.Configuration["urls"] ?? string.Join(';', (builder.Configuration["http_ports"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(p => $"http://*:{p}"));
        if (urls.Length == 0)
        {
            return;
        }

        var own = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(url =>
        {
            var address = BindingAddress.Parse(url);
            return ListenHost.IsLoopback(address.Host) ? url : $"{address.Scheme}://{ListenHost.Default}:{address.Port}{address.PathBase}";
        });
        builder.WebHost.UseUrls(string.Join(';', own));
    }

    [LoggerMessage(EventId = 1000, Level = LogLevel.Information, Message = "ccr listens on {Addresses}; configuration: {Source}")]
    private static partial void Listening(ILogger log, string addresses, string source);

    [LoggerMessage(EventId = 1001, Level = LogLevel.Information, Message = "APIKEY is not set: only this machine may connect")]
    private static partial void LoopbackOnly(ILogger log);
}
