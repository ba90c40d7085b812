using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Aspire.StackExchange.Redis;
using Ccr.Tests.Parts;
using Ccr.Tests.Usage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Ccr.Tests.ServiceDefaults;

/// <summary>The stand-in for Aspire.StackExchange.Redis.</summary>
public sealed class RedisClientTests
{
    [Fact]
    public void Without_a_connection_string_the_first_use_says_what_to_set()
    {
        using var host = Build([]);
        var error = Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<IConnectionMultiplexer>());
        Assert.Equal(
            "No Redis server is configured: set ConnectionStrings:redis, or ConnectionString in the section Aspire:StackExchange:Redis:redis or Aspire:StackExchange:Redis.",
            error.Message);
    }

    [Theory]
    [InlineData("section", null, null, "section")]
    [InlineData("section", "named", null, "named")]
    [InlineData("section", "named", "string", "string")]
    [InlineData(null, null, "string", "string")]
    public void The_connection_string_wins_over_the_named_section_and_that_over_the_general_one(string? section, string? named, string? connectionString, string expected)
    {
        string? seen = null;
        using var host = Build(
            [
                new("Aspire:StackExchange:Redis:ConnectionString", section),
                new("Aspire:StackExchange:Redis:redis:ConnectionString", named),
                new("ConnectionStrings:redis", connectionString),
            ],
            settings => seen = settings.ConnectionString);
        Assert.Equal(expected, seen);
    }

    [Fact]
    public void A_flag_that_is_neither_true_nor_false_is_named()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Build([new("Aspire:StackExchange:Redis:DisableHealthChecks", "maybe")]));
        Assert.Equal("Aspire:StackExchange:Redis:DisableHealthChecks is \"maybe\"; it must be true or false.", error.Message);
    }

    [Fact]
    public async Task A_server_that_is_away_is_no_error_until_it_is_asked()
    {
        using var host = Build([new("ConnectionStrings:redis", $"127.0.0.1:{RedisServer.FreePort()}")]);
        var redis = host.Services.GetRequiredService<IConnectionMultiplexer>();
        Assert.False(redis.IsConnected);
        await Assert.ThrowsAsync<RedisConnectionException>(() => redis.GetDatabase().StringGetAsync("x"));
    }

    [Fact]
    public void A_server_that_accepts_and_says_nothing_is_waited_for_one_second_unless_the_connection_string_says_otherwise()
    {
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        var address = mute.LocalEndpoint.ToString();
        using var host = Build([new("ConnectionStrings:redis", address)]);
        var redis = host.Services.GetRequiredService<IConnectionMultiplexer>();
        Assert.False(redis.IsConnected);
        Assert.Contains("connectTimeout=1000", redis.Configuration, StringComparison.Ordinal);

        using var patient = Build([new("ConnectionStrings:redis", address + ",connectTimeout=1234")]);
        Assert.Contains("connectTimeout=1234", patient.Services.GetRequiredService<IConnectionMultiplexer>().Configuration, StringComparison.Ordinal);
    }

    [NeedsFact("redis-server")]
    public async Task One_connection_serves_everybody_and_comes_back_after_a_kill()
    {
        await using var server = await RedisServer.StartNewAsync();
        using var host = Build([new("ConnectionStrings:redis", server.ConnectionString)]);
        var redis = host.Services.GetRequiredService<IConnectionMultiplexer>();
        Assert.Same(redis, host.Services.GetRequiredService<IConnectionMultiplexer>());
        await redis.GetDatabase().StringSetAsync("x", "kept");
        Assert.Equal(HealthStatus.Healthy, await HealthAsync(host));

        server.Kill();
        Assert.Equal(HealthStatus.Unhealthy, await HealthAsync(host));
        await server.StartAsync();
        Assert.Equal("kept", await AskUntilAnsweredAsync(redis));
        Assert.Equal(HealthStatus.Healthy, await HealthAsync(host));
    }

    [NeedsFact("redis-server")]
    public async Task With_auto_activation_the_host_connects_as_it_starts()
    {
        await using var server = await RedisServer.StartNewAsync();
        var connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var host = Build(
            [new("ConnectionStrings:redis", server.ConnectionString), new("Aspire:StackExchange:Redis:DisableAutoActivation", "false")],
            configureOptions: _ => connected.SetResult());
        Assert.False(connected.Task.IsCompleted);
        await host.StartAsync();
        await connected.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await host.StopAsync();
    }

    private static IHost Build(
        IEnumerable<KeyValuePair<string, string?>> settings,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.AddRedisClient("redis", configureSettings, configureOptions);
        return builder.Build();
    }

    private static async Task<HealthStatus> HealthAsync(IHost host)
    {
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        return report.Entries["StackExchange.Redis"].Status;
    }

    private static async Task<string?> AskUntilAnsweredAsync(IConnectionMultiplexer redis)
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await redis.GetDatabase().StringGetAsync("x").WaitAsync(TimeSpan.FromSeconds(5));
            }
            catch (Exception e) when (e is RedisException or TimeoutException && deadline.Elapsed < TimeSpan.FromSeconds(20))
            {
                await Task.Delay(20);
            }
        }
    }
}
