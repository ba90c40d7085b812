using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Health;

/// <summary>Registers what knows whom to ask.</summary>
internal static class HealthServiceCollectionExtensions
{
    /// <summary>Adds the health of targets, the probes, and the exchange with other replicas when ConnectionStrings:redis is set.</summary>
    public static void AddTargetHealth(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<TargetHealth>();
        builder.Services.AddSingleton<ITargetStates>(services => services.GetRequiredService<TargetHealth>());
        builder.Services.AddHostedService<HealthProber>();
        if (!string.IsNullOrWhiteSpace(builder.Configuration.GetConnectionString(SharedRedisExtensions.ConnectionName)))
        {
            builder.Services.AddHostedService<HealthSharing>();
        }
    }
}
