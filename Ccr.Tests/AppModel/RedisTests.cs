using System.Diagnostics;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;
using Ccr.Tests.Parts;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Ccr.Tests.AppModel;

public class RedisTests
{
    [NeedsFact("redis-server")]
    public async Task A_server_on_PATH_is_started_with_a_password_that_no_command_line_shows_and_stops_with_the_AppHost()
    {
        await using var host = ProgramRun.StartProbe("--redis:redis", "on", "--Parameters:redis-password", "Chosen4ThisTest", "--CCR_REDIS", "server",
            "--child:web", "echo \"at $ConnectionStrings__redis\"; exec sleep 1000", "--wait:web", "redis");
        await host.SaysAsync("web       running");
        var output = await host.SaysAsync(",password=********");

        Assert.DoesNotContain("Chosen4ThisTest", output, StringComparison.Ordinal);
        Assert.Matches(@"  redis     healthy  redis://127\.0\.0\.1:\d+ \(redis-server\)", output);
        var port = System.Text.RegularExpressions.Regex.Match(output, @"redis://127\.0\.0\.1:(\d+)").Groups[1].Value;
        var servers = CommandLines().Where(line => line.Contains($"redis-server 127.0.0.1:{port}", StringComparison.Ordinal)).ToArray();
        Assert.DoesNotContain("Chosen4ThisTest", Assert.Single(servers), StringComparison.Ordinal);

        host.Kill();

        await ProgramRun.EventuallyAsync(() => !CommandLines().Any(line => line.Contains($"redis-server 127.0.0.1:{port}", StringComparison.Ordinal)), () => "redis-server is left.");
    }

    [NeedsFact("redis-server")]
    public async Task A_given_connection_string_is_used_and_nothing_is_started()
    {
        await using var other = ProgramRun.StartProbe("--redis:redis", "on", "--Parameters:redis-password", "TheirPassword", "--CCR_REDIS", "server");
        var address = System.Text.RegularExpressions.Regex.Match(await other.SaysAsync("redis     healthy"), @"redis://(127\.0\.0\.1:\d+)").Groups[1].Value;

        await using var host = ProgramRun.StartProbe("--redis:redis", "on", $"--ConnectionStrings:redis={address},password=TheirPassword");
        var output = await host.SaysAsync("redis     healthy");

        Assert.Contains($"redis     healthy  redis://{address} (given by ConnectionStrings:redis ({address}))", output, StringComparison.Ordinal);
        Assert.DoesNotContain("TheirPassword", output, StringComparison.Ordinal);

        await using var wrong = ProgramRun.StartProbe("--redis:redis", "on", $"--ConnectionStrings:redis={address},password=Guess");
        await wrong.SaysAsync("starting redis");
        Assert.Contains("WRONGPASS", (await CheckAsync($"{address},password=Guess")).Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unhealthy_with_its_address()
    {
        var result = await CheckAsync("127.0.0.1:1,password=x");

        Assert.Equal(HealthStatus.Unhealthy, result.Status);
        Assert.StartsWith("Redis at 127.0.0.1:1 is not reachable", result.Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("password=TopSecret")]
    [InlineData("host:notaport,password=TopSecret")]
    public async Task A_connection_string_that_is_none_is_one_line_without_its_text(string connectionString)
    {
        await using var host = ProgramRun.StartProbe("--redis:redis", "on", $"--ConnectionStrings:redis={connectionString}");

        Assert.Equal(1, await host.EndAsync());
        Assert.StartsWith("redis: The connection string in ConnectionStrings:redis ", Assert.Single(host.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        Assert.DoesNotContain("TopSecret", host.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_choice_of_server_can_be_forced_and_a_wrong_one_is_named()
    {
        var (embedded, _) = Plan("embedded");
        Assert.Equal("embedded server", embedded.Detail);
        Assert.EndsWith("Ccr.Standins.EmbeddedRedis.dll", embedded.Process!.Arguments[0], StringComparison.Ordinal);
        Assert.Equal(["--port", "--bind", "127.0.0.1"], embedded.Process.Arguments.Where(a => a is "--port" or "--bind" or "127.0.0.1"));
        Assert.Equal(22, embedded.Process.Environment["REDIS_PASSWORD"].Length);

        var failure = Assert.Throws<DistributedApplicationException>(() => Plan("docker"));
        Assert.Equal("redis: CCR_REDIS is 'docker'; it can be 'server', 'embedded', or not set.", failure.Message);
    }

    private static (LaunchPlan Plan, RedisResource Redis) Plan(string choice)
    {
        var builder = DistributedApplication.CreateBuilder([$"--CCR_REDIS={choice}"]);
        var redis = builder.AddRedis("redis").Resource;
        EndpointAllocator.Allocate(new DistributedApplicationModel(builder.Resources));
        return (new RedisLauncher(builder).Plan(redis), redis);
    }

    private static Task<HealthCheckResult> CheckAsync(string connectionString)
    {
        var redis = DistributedApplication.CreateBuilder([$"--ConnectionStrings:redis={connectionString}"]).AddRedis("redis").Resource;
        return new RedisHealthCheck(redis).CheckHealthAsync(new HealthCheckContext());
    }

    private static string[] CommandLines()
    {
        using var ps = Process.Start(new ProcessStartInfo("ps", ["-eo", "args"]) { RedirectStandardOutput = true })!;
        return ps.StandardOutput.ReadToEnd().Split('\n');
    }
}
