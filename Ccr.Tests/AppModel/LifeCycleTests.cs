using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Ccr.Tests.AppModel;

public class LifeCycleTests
{
    private static readonly TimeSpan StartingPoll = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task A_waiter_starts_only_when_the_other_runs_and_is_healthy()
    {
        await using var app = new FakeApplication();
        var store = app.AddCheckedProcess("store");
        app.AddProcess("web").WaitFor(store);
        await app.StartAsync();

        Assert.Equal("store", (await app.Processes.NextAsync()).Name);
        await app.StateAsync("web", KnownResourceStates.Waiting);
        await app.Time.PassAsync(StartingPoll);
        await app.Time.AwaitedAsync(StartingPoll);
        Assert.False(app.Processes.AnotherWasStarted());

        app.SetHealth("store", healthy: true);
        await app.Time.PassAsync(StartingPoll);
        Assert.Equal("web", (await app.Processes.NextAsync()).Name);
        await app.StateAsync("web", KnownResourceStates.Running);
    }

    [Fact]
    public async Task WaitForStart_does_not_wait_for_health_and_WaitForCompletion_waits_for_the_end()
    {
        await using var app = new FakeApplication();
        var store = app.AddCheckedProcess("store");
        var migration = app.AddProcess("migration").WaitForStart(store);
        app.AddProcess("web").WaitForCompletion(migration);
        await app.StartAsync();

        Assert.Equal("store", (await app.Processes.NextAsync()).Name);
        var running = await app.Processes.NextAsync();
        Assert.Equal("migration", running.Name);
        await app.StateAsync("web", KnownResourceStates.Waiting);
        Assert.False(app.Processes.AnotherWasStarted());

        running.End(0);
        Assert.Equal("web", (await app.Processes.NextAsync()).Name);
        await app.StateAsync("migration", KnownResourceStates.Finished);
    }

    [Fact]
    public async Task A_waiter_says_now_and_then_what_it_waits_for()
    {
        await using var app = new FakeApplication();
        var store = app.AddCheckedProcess("store");
        app.AddProcess("web").WaitFor(store);
        await app.StartAsync();
        await app.Processes.NextAsync();
        await app.StateAsync("web", KnownResourceStates.Waiting);
        await app.Notifications.WaitForResourceAsync("store", change => change.Snapshot.HealthReports.Any(report => report.Description is not null));

        await app.Time.PassAsync(TimeSpan.FromSeconds(15));
        await app.Time.PassAsync(TimeSpan.FromSeconds(15));

        Assert.Contains("waits for store: running; still warming up", app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_crash_is_answered_with_growing_delays_and_the_last_lines_are_shown()
    {
        await using var app = new FakeApplication();
        app.AddCheckedProcess("web");
        app.SetHealth("web", healthy: true);
        await app.StartAsync();
        var process = await app.Processes.NextAsync();
        await app.HealthyAsync("web");
        for (var i = 1; i <= 12; i++)
        {
            process.Write($"line {i}");
        }

        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 30, 30 })
        {
            process.End(3);
            await app.StateAsync("web", KnownResourceStates.Starting);
            Assert.False(app.Processes.AnotherWasStarted());
            await app.Time.PassAsync(TimeSpan.FromSeconds(seconds));
            process = await app.Processes.NextAsync();
            await app.HealthyAsync("web");
        }

        Assert.Contains("crashed: exit code 3; starts again in 1 s. Its last lines:", app.Output, StringComparison.Ordinal);
        Assert.Contains("|     line 3", app.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("|     line 2\n", app.Output, StringComparison.Ordinal);
        Assert.Null(app.Orchestrator.Failure);
    }

    [Fact]
    public async Task A_process_that_ran_for_a_minute_starts_again_with_the_shortest_delay()
    {
        await using var app = new FakeApplication();
        app.AddProcess("worker");
        await app.StartAsync();
        var process = await app.Processes.NextAsync();
        app.Time.Advance(TimeSpan.FromSeconds(2));
        process.End(1);
        await app.Time.PassAsync(TimeSpan.FromSeconds(1));
        process = await app.Processes.NextAsync();
        process.End(1);
        await app.Time.PassAsync(TimeSpan.FromSeconds(2));
        process = await app.Processes.NextAsync();

        app.Time.Advance(TimeSpan.FromMinutes(1));
        process.End(1);

        await app.Time.PassAsync(TimeSpan.FromSeconds(1));
        await app.Processes.NextAsync();
    }

    [Fact]
    public async Task A_process_that_ends_before_it_was_healthy_ends_the_application_with_one_line_and_its_last_lines()
    {
        await using var app = new FakeApplication();
        app.AddCheckedProcess("web");
        await app.StartAsync();
        var process = await app.Processes.NextAsync();
        process.Write("cannot read config.json");
        process.End(1);

        var failure = await app.FailureAsync();

        Assert.Equal(["web: ended before it was ready (exit code 1); correct what its last lines say, and start again:", "    cannot read config.json"], failure.Split(Environment.NewLine));
        Assert.Contains(failure, app.Error, StringComparison.Ordinal);
        await app.StateAsync("web", KnownResourceStates.FailedToStart);
    }

    [Fact]
    public async Task Only_the_first_failure_is_told_not_what_follows_from_it()
    {
        await using var app = new FakeApplication();
        var store = app.AddCheckedProcess("store");
        app.AddProcess("web").WaitFor(store);
        await app.StartAsync();
        await app.StateAsync("web", KnownResourceStates.Waiting);
        (await app.Processes.NextAsync()).End(2);

        Assert.StartsWith("store: ended before it was ready (exit code 2)", await app.FailureAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("web", app.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_without_checks_may_end_by_itself()
    {
        await using var app = new FakeApplication();
        app.AddProcess("migration");
        await app.StartAsync();
        (await app.Processes.NextAsync()).End(0);

        await app.StateAsync("migration", KnownResourceStates.Finished);
        Assert.Null(app.Orchestrator.Failure);
        Assert.False(app.Processes.AnotherWasStarted());
    }

    [Fact]
    public async Task Health_is_watched_after_the_start_and_its_changes_are_told()
    {
        await using var app = new FakeApplication();
        app.AddCheckedProcess("web");
        app.SetHealth("web", healthy: true);
        await app.StartAsync();
        await app.Processes.NextAsync();
        await app.HealthyAsync("web");

        app.SetHealth("web", healthy: false, "GET /health answered 503, expected 200");
        await app.Time.PassAsync(TimeSpan.FromSeconds(30));
        await app.Notifications.WaitForResourceAsync("web", change => change.Snapshot.HealthStatus == HealthStatus.Unhealthy);
        await app.Time.PassAsync(TimeSpan.FromSeconds(1));
        await app.Time.AwaitedAsync(TimeSpan.FromSeconds(2));
        app.SetHealth("web", healthy: true);
        await app.Time.PassAsync(TimeSpan.FromSeconds(2));
        await app.HealthyAsync("web");

        Assert.Contains("web     | is unhealthy: GET /health answered 503, expected 200", app.Output, StringComparison.Ordinal);
        Assert.Contains("web     | is healthy again", app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_table_is_shown_once_when_all_is_up_and_before_anyone_is_told()
    {
        await using var app = new FakeApplication();
        app.AddProcess("worker");
        app.AddCheckedProcess("web").WithHttpEndpoint();
        await app.StartAsync();
        await app.StateAsync("web", KnownResourceStates.Running);
        await app.Time.AwaitedAsync(StartingPoll);
        Assert.DoesNotContain("RESOURCE", app.Output, StringComparison.Ordinal);

        app.SetHealth("web", healthy: true);
        var healthy = app.HealthyAsync("web").ContinueWith(_ => app.Output, TaskScheduler.Default);
        await app.Time.PassAsync(StartingPoll);

        var lines = (await healthy).Split(Environment.NewLine).SkipWhile(line => !line.Contains("RESOURCE", StringComparison.Ordinal)).ToArray();
        Assert.Equal("  RESOURCE  STATE    ADDRESS", lines[0]);
        Assert.Equal("  worker    running", lines[1]);
        Assert.Matches(@"^  web       healthy  http://localhost:\d+$", lines[2]);
    }

    [Fact]
    public async Task Users_stop_before_those_they_use()
    {
        await using var app = new FakeApplication();
        var redis = app.AddProcess("redis");
        var proxy = app.AddProcess("proxy").WaitFor(redis);
        app.AddProcess("dashboard").WaitFor(proxy).WaitFor(redis);
        await app.StartAsync();
        await app.StateAsync("dashboard", KnownResourceStates.Running);

        await app.StopAsync();

        Assert.Equal(["stop dashboard", "stop proxy", "stop redis"], app.Processes.Log.Where(what => what.StartsWith("stop", StringComparison.Ordinal)));
        await app.StateAsync("redis", KnownResourceStates.Exited);
    }

    [Fact]
    public async Task A_process_that_does_not_stop_is_killed_after_four_seconds()
    {
        await using var app = new FakeApplication();
        app.AddProcess("stubborn");
        await app.StartAsync();
        (await app.Processes.NextAsync()).IsStubborn = true;

        var stopping = app.StopAsync();
        await app.Time.PassAsync(TimeSpan.FromSeconds(4));
        await stopping;

        Assert.Equal(["start stubborn", "stop stubborn", "kill stubborn"], app.Processes.Log);
    }

    [Fact]
    public async Task Nothing_is_started_any_more_once_the_application_stops()
    {
        await using var app = new FakeApplication();
        var store = app.AddCheckedProcess("store");
        app.AddProcess("web").WaitFor(store);
        app.AddProcess("worker");
        await app.StartAsync();
        await app.StateAsync("web", KnownResourceStates.Waiting);
        var started = new[] { await app.Processes.NextAsync(), await app.Processes.NextAsync() };
        app.Time.Advance(TimeSpan.FromSeconds(5));
        started.Single(process => process.Name == "worker").End(1);
        await app.StateAsync("worker", KnownResourceStates.Starting);

        await app.StopAsync();

        Assert.False(app.Processes.AnotherWasStarted());
    }

    [Fact]
    public async Task A_health_check_that_nobody_registered_is_one_clear_line()
    {
        await using var app = new FakeApplication();
        app.AddProcess("web").WithHealthCheck("nowhere");

        var failure = await Assert.ThrowsAsync<DistributedApplicationException>(app.StartAsync);

        Assert.Equal("web: no health check is registered under 'nowhere'; add it with builder.Services.AddHealthChecks().", failure.Message);
    }
}
