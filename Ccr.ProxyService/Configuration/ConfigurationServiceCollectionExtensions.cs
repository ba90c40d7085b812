namespace Ccr.ProxyService.Configuration;

/// <summary>Puts the configuration into the service collection.</summary>
internal static class ConfigurationServiceCollectionExtensions
{
    /// <summary>Loads the configuration at once and registers <see cref="IConfigStore"/> (and <see cref="ConfigStore"/>), which watches the file.</summary>
    /// <exception cref="ConfigurationException">The configuration cannot be used.</exception>
    public static IServiceCollection AddCcrConfiguration(this IServiceCollection services, ConfigLocation location) =>
        services.AddCcrConfiguration(location, out _);

    /// <summary>As the other overload, and hands out the configuration for what must be known before the services are built: address, log level.</summary>
    /// <exception cref="ConfigurationException">The configuration cannot be used.</exception>
    public static IServiceCollection AddCcrConfiguration(this IServiceCollection services, ConfigLocation location, out CcrConfig initial)
    {
        Func<string, string?> environment = Environment.GetEnvironmentVariable;
        var loaded = location.Load(environment);
        initial = loaded.Config ?? throw new ConfigurationException(location.Path, loaded.Problems);
        services.AddSingleton(provider => new ConfigStore(
            location,
            loaded,
            environment,
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetRequiredService<ILogger<ConfigStore>>()));
        services.AddSingleton<IConfigStore>(provider => provider.GetRequiredService<ConfigStore>());
        return services;
    }
}
