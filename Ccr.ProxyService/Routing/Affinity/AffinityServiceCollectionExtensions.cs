using Ccr.ProxyService.Health;
using Ccr.ProxyService.Pricing;
using Ccr.ProxyService.Routing.Order;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Routing.Affinity;

/// <summary>Registers the order of targets and what keeps sessions where they are.</summary>
internal static class AffinityServiceCollectionExtensions
{
    /// <summary>Adds both; bindings are shared when ConnectionStrings:redis is set. Usage and <see cref="TargetHealth"/> come from elsewhere.</summary>
    public static void AddTargetOrder(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<ITargetFacts>(provider => provider.GetRequiredService<TargetHealth>());
        services.AddSingleton<ITargetPrices, BookEstimator>();
        services.AddSingleton(provider => provider.GetRequiredService<UsageRecorder>().Affinity);
        services.AddSingleton(provider => new AffinityTable(provider.GetRequiredService<AffinityCounters>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<SessionAffinity>();
        services.AddSingleton(provider => new TargetOrder(
            provider.GetRequiredService<ITargetFacts>(), provider.GetRequiredService<ITargetPrices>(), provider.GetRequiredService<SessionAffinity>(), Random.Shared));
        if (!string.IsNullOrWhiteSpace(builder.Configuration.GetConnectionString(SharedRedisExtensions.ConnectionName)))
        {
            services.AddSingleton<LookupGate>();
            services.AddSingleton<SharedBindings>();
            services.AddSingleton<ISharedBindings>(provider => provider.GetRequiredService<SharedBindings>());
            services.AddHostedService(provider => provider.GetRequiredService<SharedBindings>());
        }
    }
}
