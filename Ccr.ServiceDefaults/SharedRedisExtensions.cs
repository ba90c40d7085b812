using Ccr.ServiceDefaults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.Hosting;

/// <summary>The Redis that the services share.</summary>
public static class SharedRedisExtensions
{
    /// <summary>The connection's name in the app model and in the configuration (ConnectionStrings:redis).</summary>
    public const string ConnectionName = "redis";

    /// <summary>
    /// Registers the singleton connection and the health check <c>redis</c>, and returns true; returns false and adds nothing when no
    /// connection string is configured. Redis being away makes a service degraded (status 200), never unhealthy: each of them works
    /// without it, and an orchestrator must not restart them for its sake.
    /// </summary>
    /// <remarks>Resolve the connection off the request path: the first resolution connects.</remarks>
    public static bool AddSharedRedis(this IHostApplicationBuilder builder)
    {
        var connectionString = builder.Configuration.GetConnectionString(ConnectionName);
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            return false;
        }

        builder.AddRedisClient(
            ConnectionName,
            settings => settings.DisableHealthChecks = true,
            options =>
            {
                options.AbortOnConnectFail = false;
                if (!connectionString.Contains("connectTimeout", StringComparison.OrdinalIgnoreCase))
                {
                    // A server that accepts and says nothing must not hold up the first one who asks for the library's 5 s.
                    options.ConnectTimeout = 1000;
                }

                options.ClientName ??= builder.Environment.ApplicationName;
            });
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            ConnectionName, services => new SharedRedisHealthCheck(services), HealthStatus.Degraded, tags: null));
        return true;
    }
}
