using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Hosting;

/// <summary>A host that only answers GET /health.</summary>
internal static class ProxyHost
{
    /// <summary>Runs until stopped.</summary>
    public static async Task<int> RunAsync(StartOptions options, CancellationToken cancellationToken)
    {
        var location = ConfigLocation.Find(options.ConfigPath, Environment.GetEnvironmentVariable);
        var builder = WebApplication.CreateSlimBuilder(options.HostArguments);
        builder.Services.AddCcrConfiguration(location, out var config);
        builder.Logging.SetMinimumLevel(config.LogLevel);
        if (!options.ServiceMode)
        {
            var host = ListenHost.Effective(options.Host ?? config.Host, config.ApiKey);
            builder.WebHost.UseUrls(new UriBuilder(Uri.UriSchemeHttp, host, options.Port ?? config.Port).Uri.AbsoluteUri);
        }

        await using var app = builder.Build();
        app.Services.GetRequiredService<IConfigStore>();
        app.MapGet("/health", () => "ok");
        await app.StartAsync(cancellationToken);
        Console.WriteLine("ready");
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }
}
