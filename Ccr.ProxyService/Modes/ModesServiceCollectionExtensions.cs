using Ccr.ProxyService.Hosting;

namespace Ccr.ProxyService.Modes;

/// <summary>Puts the modes into the service collection.</summary>
internal static class ModesServiceCollectionExtensions
{
    /// <summary>Registers the mode in force and what the modes need.</summary>
    public static IServiceCollection AddModes(this IServiceCollection services, StartOptions options)
    {
        services.AddSingleton(new ModeState(options));
        services.AddSingleton<ModeRouter>();
        services.AddSingleton<ComparisonLog>();
        services.AddSingleton<CompareRunner>();
        services.AddSingleton<PassthroughEndpoint>();
        return services;
    }
}
