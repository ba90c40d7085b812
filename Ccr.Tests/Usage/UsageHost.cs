using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Usage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ccr.Tests.Usage;

/// <summary>The proxy's counting part alone, on a real Kestrel.</summary>
internal sealed class UsageHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private UsageHost(WebApplication app)
    {
        _app = app;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Client { get; }

    public UsageRecorder Recorder => Services.GetRequiredService<UsageRecorder>();

    public IServiceProvider Services => _app.Services;

    /// <param name="redis">The connection string; null for none.</param>
    /// <param name="services">More services.</param>
    public static async Task<UsageHost> StartAsync(string? redis = null, Action<IServiceCollection>? services = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([new("urls", "http://127.0.0.1:0"), new("ConnectionStrings:redis", redis)]);
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IConfigStore, FakeConfigStore>();
        builder.Services.AddSingleton<ITargetStates, FakeTargetStates>();
        services?.Invoke(builder.Services);
        builder.AddUsage();
        var app = builder.Build();
        app.MapUsage();
        app.MapUsageQueries();
        app.MapDefaultEndpoints();
        await app.StartAsync();
        return new UsageHost(app);
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
