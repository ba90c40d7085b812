using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ccr.AppHost;

/// <summary>What a newcomer needs once everything is up: whether this is the demo, and a line to paste.</summary>
internal sealed class Announcement(ResourceNotificationService resources, IReadOnlyList<string> awaited, Func<IEnumerable<string>> lines) : BackgroundService
{
    /// <summary>Prints when the proxy and the dashboard are healthy.</summary>
    public static void Add(IDistributedApplicationBuilder builder, IResourceBuilder<ProjectResource> proxy, IResourceBuilder<ProjectResource> dashboard, ConfigFile config)
    {
        IEnumerable<string> Lines()
        {
            if (!config.Exists)
            {
                yield return "Demo mode: there is no configuration, so a built-in simulator answers and no provider is called.";
                yield return $"For real providers write {config.Path} (or set CCR_CONFIG_PATH) and start again.";
                yield return "";
            }

            yield return $"ANTHROPIC_BASE_URL=http://127.0.0.1:{proxy.GetEndpoint("http").Port} claude";
        }

        builder.Services.AddHostedService(services => new Announcement(
            services.GetRequiredService<ResourceNotificationService>(), [proxy.Resource.Name, dashboard.Resource.Name], Lines));
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var name in awaited)
        {
            await resources.WaitForResourceHealthyAsync(name, stoppingToken);
        }

        // One write, so that no line of a service gets between these.
        await Console.Out.WriteLineAsync(string.Join(Environment.NewLine, lines()).AsMemory(), stoppingToken);
    }
}
