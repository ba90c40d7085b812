using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Pricing;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ccr.ProxyService.Usage;

/// <summary>Registers counting and everything that shows it.</summary>
internal static class UsageServiceCollectionExtensions
{
    /// <summary>
    /// Adds the recorder, and the write-behind when ConnectionStrings:redis is set. <see cref="ITargetStates"/> and the configuration store
    /// come from elsewhere; a <see cref="Tokens.ITokenizerState"/> may.
    /// </summary>
    public static void AddUsage(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<GenAiInstruments>();
        builder.Services.AddSingleton<UsageRecorder>();
        builder.Services.AddSingleton<PriceBook>();
        builder.Services.AddHostedService<PriceTableLoader>();
        builder.Services.AddSingleton<IUsageRecorder>(services => services.GetRequiredService<UsageRecorder>());
        builder.Services.AddSingleton(services => InstanceIdentity.Create(services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<StatusReporter>();
        builder.Services.AddSingleton<SharedUsageReader>();
        builder.Services.AddSingleton<SharedRequests>();
        builder.Services.AddSingleton<RequestFinder>();
        builder.Services.AddSingleton<MetricsPage>();
        builder.Services.AddHostedService<ObservedMetrics>();
        builder.Services.AddSingleton<UsageHistory>();
        builder.Services.AddHostedService<UsageHistoryKeeper>();
        builder.Services.AddSingleton<UsageStores>();
        builder.Services.AddSingleton<UsageQueries>();
        builder.Services.AddSingleton<SessionQueries>();

        var hasRedis = builder.AddSharedRedis();
        builder.Services.AddSingleton(services => new RedisState(services.GetRequiredService<UsageRecorder>(), hasRedis));
        if (hasRedis)
        {
            builder.Services.AddSingleton(CreateSpool);
            builder.Services.AddHostedService<RedisUsageWriter>();
        }
    }

    private static UsageSpool CreateSpool(IServiceProvider services)
    {
        var usage = services.GetRequiredService<IConfigStore>().Current.Usage;
        var folder = usage.SpoolDirectory ?? (services.GetService<RouterFolders>() is { } folders ? Path.Combine(folders.Router, "usage-spool") : null);
        return new(
            usage.Spool ? folder : null,
            usage.SpoolMaxBytes,
            services.GetRequiredService<InstanceIdentity>(),
            services.GetRequiredService<RedisState>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<UsageSpool>>());
    }
}
