using Microsoft.Extensions.Logging.Console;

namespace Ccr.Simulator;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning)
            // A failed start is told below, in one line.
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical)
            // Scripted cuts are exceptions behind a begun response; they are no news.
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Critical)
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Critical);
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        var options = new SimulatorOptions();
        options = options with
        {
            KeptRequests = builder.Configuration.GetValue(nameof(SimulatorOptions.KeptRequests), options.KeptRequests),
            Seed = builder.Configuration.GetValue(nameof(SimulatorOptions.Seed), options.Seed),
        };
        var path = builder.Configuration[nameof(SimulatorOptions.DemoConfigPath)];
        try
        {
            await using var app = SimulatorHost.Build(builder, path is null ? options : options with { DemoConfigPath = path }, out _);
            await app.StartAsync();
            Console.WriteLine($"simulator listens on {string.Join(", ", app.Urls)}");
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception wrong) when (wrong is IOException or FormatException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync($"simulator: cannot listen: {wrong.Message.TrimEnd('.')}. Give another address with --urls http://127.0.0.1:PORT.");
            return 1;
        }
    }
}
