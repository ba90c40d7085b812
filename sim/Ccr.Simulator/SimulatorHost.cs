using Ccr.Simulator.Answers;
using Ccr.Simulator.Recording;
using Ccr.Simulator.Serving;

namespace Ccr.Simulator;

/// <summary>Starts simulators.</summary>
public static class SimulatorHost
{
    /// <summary>Starts one within this program, without console output.</summary>
    public static async Task<RunningSimulator> StartAsync(SimulatorOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new SimulatorOptions();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(options.Url);
        var app = Build(builder, options, out var log);
        try
        {
            await app.StartAsync(cancel);
            return new RunningSimulator(app, log);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    internal static WebApplication Build(WebApplicationBuilder builder, SimulatorOptions options, out RequestLog log)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        var app = builder.Build();
        log = new RequestLog(options.Time, options.KeptRequests);
        var player = new Player(options.Time, app.Lifetime.ApplicationStopping);
        var surface = new SimulatorApp(new Preparer(new Planner(options.DemoConfigPath)), player, log, new Behaviours(options.Seed));
        app.Run(surface.HandleAsync);
        return app;
    }
}
