using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Endpoints;
using Ccr.ProxyService.Routing;

namespace Ccr.ProxyService.Keys;

/// <summary>Registers virtual keys.</summary>
internal static class KeysServiceCollectionExtensions
{
    /// <summary>Adds keys and their books: in Redis when ConnectionStrings:redis is set, else in files of the router's folder.</summary>
    public static void AddVirtualKeys(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<KeyRing>();
        services.AddSingleton<KeyCounters>();
        services.AddSingleton<KeyGate>();
        services.AddSingleton(static s => new KeyAdmin(s.GetRequiredService<IKeyStore>(), s.GetRequiredService<IKeyBooks>().ReadAsync, s.GetRequiredService<TimeProvider>()));
        if (!string.IsNullOrWhiteSpace(builder.Configuration.GetConnectionString(SharedRedisExtensions.ConnectionName)))
        {
            services.AddSingleton<KeyRedis>();
            services.AddSingleton<RedisKeyStore>();
            services.AddSingleton<IKeyStore>(static s => s.GetRequiredService<RedisKeyStore>());
            services.AddHostedService(static s => s.GetRequiredService<RedisKeyStore>());
            services.AddSingleton<SharedBooks>();
            services.AddSingleton<IKeyBooks>(static s => s.GetRequiredService<SharedBooks>());
            services.AddHostedService(static s => s.GetRequiredService<SharedBooks>());
            return;
        }

        services.AddSingleton(static s => new KeyFolder(s.GetRequiredService<RouterFolders>().Router, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<FileKeyStore>();
        services.AddSingleton<IKeyStore>(static s => s.GetRequiredService<FileKeyStore>());
        services.AddHostedService(static s => s.GetRequiredService<FileKeyStore>());
        services.AddSingleton<LocalBooks>();
        services.AddSingleton<IKeyBooks>(static s => s.GetRequiredService<LocalBooks>());
        services.AddHostedService(static s => s.GetRequiredService<LocalBooks>());
    }

    /// <summary>What decides who may come in.</summary>
    public static AccessControl CreateAccessControl(this IServiceProvider services, RequestDelegate next) => new(
        services.GetRequiredService<IConfigStore>(),
        services.GetRequiredService<KeyRing>(),
        services.GetRequiredService<IKeyStore>(),
        services.GetRequiredService<KeyCounters>(),
        services.GetRequiredService<TimeProvider>(),
        next);
}
