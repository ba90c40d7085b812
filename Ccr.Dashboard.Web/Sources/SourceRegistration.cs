using StackExchange.Redis;

namespace Ccr.Dashboard.Web.Sources;

/// <summary>Where the sources are found: service discovery for the proxy, connection string "redis" for Redis.</summary>
internal static class SourceRegistration
{
    /// <summary>The proxy's address when nothing names another.</summary>
    public const string DefaultProxyAddress = "http://127.0.0.1:3456";

    /// <summary>Adds the proxy (services:proxy:http:0, CCR_ADMIN_KEY) and Redis (ConnectionStrings:redis; none leaves it out).</summary>
    public static void AddDashboardSources(this IHostApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        builder.Services.AddSingleton(new ProxySource(ProxyAddress(configuration["services:proxy:http:0"]), configuration["CCR_ADMIN_KEY"]));
        if (builder.AddSharedRedis())
        {
            builder.Services.AddSingleton(services =>
                new RedisSource(services.GetRequiredService<IConnectionMultiplexer>, services.GetRequiredService<TimeProvider>()));
        }
    }

    /// <summary>The address given, or the default for none; an address that is none stops the start with a sentence.</summary>
    public static Uri ProxyAddress(string? value)
    {
        var text = string.IsNullOrWhiteSpace(value) ? DefaultProxyAddress : value;
        return Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme is "http" or "https")
            ? address
            : throw new InvalidOperationException($"services__proxy__http__0 is not an http address: give one such as {DefaultProxyAddress}.");
    }
}
