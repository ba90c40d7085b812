// Stands for Microsoft.Extensions.Hosting.AspireRedisExtensions of the package Aspire.StackExchange.Redis 13.
// Leaves out: the keyed and the builder variants, tracing, and the configuration sub-section ConfigurationOptions
// (put such options into the connection string, or pass configureOptions).

using Aspire.StackExchange.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>Connects a service to the Redis that the app model gave it.</summary>
public static class AspireRedisExtensions
{
    private const string Section = "Aspire:StackExchange:Redis";
    private const string HealthCheckName = "StackExchange.Redis";

    // The library waits this long on a server that accepts the connection and then says nothing. Its own default, 5 s, is too long
    // for whoever asks for the connection first.
    private const int ConnectTimeoutMilliseconds = 1000;

    /// <summary>
    /// Registers a singleton <see cref="IConnectionMultiplexer"/>, connected on first use. A server that is away is no error: the
    /// connection is made in the background as soon as the server is there, and again whenever it is lost.
    /// </summary>
    /// <exception cref="InvalidOperationException">On first use, when no connection string is configured or it names no server.</exception>
    public static void AddRedisClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);

        var settings = new StackExchangeRedisSettings();
        Read(builder.Configuration.GetSection(Section), settings);
        Read(builder.Configuration.GetSection($"{Section}:{connectionName}"), settings);
        if (builder.Configuration.GetConnectionString(connectionName) is { Length: > 0 } connectionString)
        {
            settings.ConnectionString = connectionString;
        }

        configureSettings?.Invoke(settings);

        builder.Services.AddSingleton<IConnectionMultiplexer>(_ =>
            ConnectionMultiplexer.Connect(Options(settings, connectionName, configureOptions)));

        if (!settings.DisableHealthChecks)
        {
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
                HealthCheckName, services => new RedisHealthCheck(services), failureStatus: null, tags: null));
        }

        if (!settings.DisableAutoActivation)
        {
            builder.Services.AddHostedService<RedisActivation>();
        }
    }

    private static ConfigurationOptions Options(StackExchangeRedisSettings settings, string connectionName, Action<ConfigurationOptions>? configureOptions)
    {
        var text = settings.ConnectionString ?? "";
        var options = text.Length > 0 ? ConfigurationOptions.Parse(text) : new ConfigurationOptions();
        options.AbortOnConnectFail = false;
        if (!text.Contains("connectTimeout", StringComparison.OrdinalIgnoreCase))
        {
            options.ConnectTimeout = ConnectTimeoutMilliseconds;
        }

        configureOptions?.Invoke(options);
        if (options.EndPoints.Count == 0)
        {
            throw new InvalidOperationException(
                $"No Redis server is configured: set ConnectionStrings:{connectionName}, or ConnectionString in the section {Section}:{connectionName} or {Section}.");
        }

        return options;
    }

    private static void Read(IConfigurationSection section, StackExchangeRedisSettings settings)
    {
        settings.ConnectionString = section[nameof(settings.ConnectionString)] ?? settings.ConnectionString;
        settings.DisableHealthChecks = ReadFlag(section, nameof(settings.DisableHealthChecks), settings.DisableHealthChecks);
        settings.DisableTracing = ReadFlag(section, nameof(settings.DisableTracing), settings.DisableTracing);
        settings.DisableAutoActivation = ReadFlag(section, nameof(settings.DisableAutoActivation), settings.DisableAutoActivation);
    }

    private static bool ReadFlag(IConfigurationSection section, string name, bool otherwise)
    {
        var text = section[name];
        return string.IsNullOrEmpty(text) ? otherwise
            : bool.TryParse(text, out var value) ? value
            : throw new InvalidOperationException($"{section.Path}:{name} is \"{text}\"; it must be true or false.");
    }
}
