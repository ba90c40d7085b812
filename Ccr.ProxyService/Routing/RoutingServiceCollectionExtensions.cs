using Ccr.ProxyService.Routing.Custom;
using Ccr.ProxyService.Routing.Presets;
using Ccr.ProxyService.Routing.Projects;
using Ccr.ProxyService.Routing.Rules;

namespace Ccr.ProxyService.Routing;

/// <summary>Puts routing into the service collection.</summary>
internal static class RoutingServiceCollectionExtensions
{
    /// <summary>Registers the router and what it asks; <paramref name="home"/> is null for the user's own home.</summary>
    public static IServiceCollection AddRouting(this IServiceCollection services, string? home)
    {
        services.AddSingleton(RouterFolders.Of(home, Environment.GetEnvironmentVariable));
        services.AddSingleton<RuleMatcher>();
        services.AddSingleton<SessionUsage>();
        services.AddSingleton<ProjectRouters>();
        services.AddSingleton<PresetBook>();
        services.AddSingleton<IPriceEstimator, Ccr.ProxyService.Pricing.BookEstimator>();
        services.AddSingleton<CustomRouter>();
        services.AddHostedService(provider => provider.GetRequiredService<CustomRouter>());
        services.AddSingleton<RequestRouter>();
        return services;
    }
}
