using System.Net;
using Ccr.Tests.Usage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ccr.Tests.ServiceDefaults;

public sealed class DefaultsTests
{
    [Theory]
    [InlineData(HealthStatus.Healthy, HttpStatusCode.OK, "Healthy")]
    [InlineData(HealthStatus.Degraded, HttpStatusCode.OK, "Degraded")]
    [InlineData(HealthStatus.Unhealthy, HttpStatusCode.ServiceUnavailable, "Unhealthy")]
    public async Task Health_asks_every_check_and_alive_only_the_process(HealthStatus status, HttpStatusCode expected, string text)
    {
        await using var app = Build([]);
        app.MapDefaultEndpoints();
        await app.StartAsync();
        app.Services.GetRequiredService<SetCheck>().Status = status;
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        using var health = await client.GetAsync(new Uri("/health", UriKind.Relative));
        Assert.Equal(expected, health.StatusCode);
        Assert.Equal(text, await health.Content.ReadAsStringAsync());
        Assert.Equal("Healthy", await client.GetStringAsync(new Uri("/alive", UriKind.Relative)));
    }

    [Fact]
    public async Task A_redis_that_is_away_degrades_the_service_and_does_not_fail_it()
    {
        await using var app = Build([new("ConnectionStrings:redis", $"127.0.0.1:{RedisServer.FreePort()},password=hunter2")], b => Assert.True(b.AddSharedRedis()));
        app.MapDefaultEndpoints();
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using var health = await client.GetAsync(new Uri("/health", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Equal("Degraded", await health.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Without_a_connection_string_nothing_of_redis_is_added()
    {
        await using var app = Build([], b => Assert.False(b.AddSharedRedis()));
        Assert.Null(app.Services.GetService<StackExchange.Redis.IConnectionMultiplexer>());
    }

    [Fact]
    public async Task Requests_are_not_logged_by_default_and_any_setting_wins_over_the_defaults()
    {
        await using (var quiet = Build([]))
        {
            Assert.Equal("true", quiet.Configuration["Logging:Console:FormatterOptions:SingleLine"]);
            var loggers = quiet.Services.GetRequiredService<ILoggerFactory>();
            Assert.False(loggers.CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics").IsEnabled(LogLevel.Information));
            Assert.True(loggers.CreateLogger("Ccr.ProxyService").IsEnabled(LogLevel.Information));
        }

        await using var loud = Build([new("Logging:LogLevel:Microsoft", "Information"), new("Logging:Console:FormatterOptions:SingleLine", "false")]);
        Assert.Equal("false", loud.Configuration["Logging:Console:FormatterOptions:SingleLine"]);
        Assert.True(loud.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics").IsEnabled(LogLevel.Information));
    }

    [Fact]
    public async Task The_clock_is_the_systems_unless_another_was_there_first()
    {
        await using var app = Build([]);
        Assert.Same(TimeProvider.System, app.Services.GetRequiredService<TimeProvider>());

        var clock = new SetClock();
        await using var other = Build([], b => b.Services.AddSingleton<TimeProvider>(clock), before: true);
        Assert.Same(clock, other.Services.GetRequiredService<TimeProvider>());
    }

    private static WebApplication Build(
        IEnumerable<KeyValuePair<string, string?>> settings, Action<WebApplicationBuilder>? configure = null, bool before = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([new("urls", "http://127.0.0.1:0"), .. settings]);
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(new SilentProvider());
        if (before)
        {
            configure?.Invoke(builder);
        }

        builder.AddServiceDefaults();
        if (!before)
        {
            configure?.Invoke(builder);
        }

        builder.Services.AddSingleton<SetCheck>();
        builder.Services.AddHealthChecks().AddCheck<SetCheck>("set");
        return builder.Build();
    }

    private sealed class SetCheck : IHealthCheck
    {
        public HealthStatus Status { get; set; } = HealthStatus.Healthy;

        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(new HealthCheckResult(Status));
    }

    private sealed class SilentProvider : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new ListLogger<DefaultsTests>();

        public void Dispose()
        {
            // Holds nothing.
        }
    }
}
