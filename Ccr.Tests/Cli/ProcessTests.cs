using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Ccr.Tests.Cli;

/// <summary>The verbs that start and stop processes, with real ones.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly CcrProgram _ccr = new();

    public void Dispose() => _ccr.Dispose();

    [Fact]
    public async Task Start_status_second_start_and_stop_work_together()
    {
        var port = CcrProgram.FreePort();
        var config = _ccr.WriteConfig(port);
        var running = await _ccr.StartAsync(port, "start");
        Assert.StartsWith($"{running.Pid}\n", await File.ReadAllTextAsync(_ccr.PidFile), StringComparison.Ordinal);

        var status = await _ccr.RunAsync("status");
        Assert.Equal((0, ""), (status.ExitCode, status.Error));
        Assert.Equal($"✓ ccr is running on http://127.0.0.1:{port}\n  pid     {running.Pid}\n  config  {config}\n", status.Output);

        Assert.Equal(
            (1, "", $"ccr: already running on port {port} (pid {running.Pid}); end it with ccr stop, or choose another port with --port\n"),
            await _ccr.RunAsync("start"));

        Assert.Equal((0, $"ccr (pid {running.Pid}, port {port}) has stopped.\n", ""), await _ccr.RunAsync("stop"));
        Assert.Equal(0, await running.ExitCodeAsync());
        Assert.False(File.Exists(_ccr.PidFile));
        Assert.Equal((1, "", "ccr: not running; ccr start starts it\n"), await _ccr.RunAsync("status"));
        Assert.Equal((0, "ccr is not running.\n", ""), await _ccr.RunAsync("stop"));
    }

    [Fact]
    public async Task Several_run_side_by_side_and_the_port_tells_them_apart()
    {
        int first = CcrProgram.FreePort(), second = CcrProgram.FreePort();
        _ccr.WriteConfig(first);
        var one = await _ccr.StartAsync(first, "start");
        var two = await _ccr.StartAsync(second, "start", "--port", $"{second}");

        var ambiguous = await _ccr.RunAsync("stop");
        Assert.Equal((1, $"ccr: several are running, on the ports {Math.Min(first, second)}, {Math.Max(first, second)}; say which with --port\n"), (ambiguous.ExitCode, ambiguous.Error));

        Assert.Equal(0, (await _ccr.RunAsync("stop", "--port", $"{first}")).ExitCode);
        Assert.Equal(0, await one.ExitCodeAsync());
        Assert.Contains($"pid     {two.Pid}\n", (await _ccr.RunAsync("status")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await _ccr.RunAsync("stop")).ExitCode);
        Assert.Equal(0, await two.ExitCodeAsync());
    }

    [Fact]
    public async Task A_port_that_another_program_has_costs_one_line()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var config = _ccr.WriteConfig(port);
        var find = OperatingSystem.IsMacOS() ? $"lsof -nP -sTCP:LISTEN -iTCP:{port}" : $"ss -ltnp sport = :{port}";
        Assert.Equal(
            (1, "", $"ccr: port {port} on 127.0.0.1 is in use by another program; see which with {find}, or choose another with --port or PORT in {config}\n"),
            await _ccr.RunAsync("start"));
        Assert.False(File.Exists(_ccr.PidFile));
    }

    [Fact]
    public async Task A_recycled_process_id_is_not_taken_for_ccr()
    {
        // The pid file of a killed ccr, whose process id now belongs to this test run.
        var port = CcrProgram.FreePort();
        _ccr.WriteConfig(port);
        _ccr.Write(".claude-code-router/.claude-code-router.pid", $"{Environment.ProcessId}\nstarted=1\nhost=127.0.0.1\nport={port}\n");
        Assert.Equal(1, (await _ccr.RunAsync("status")).ExitCode);
        Assert.Equal("ccr is not running.\n", (await _ccr.RunAsync("stop")).Output);
        var running = await _ccr.StartAsync(port, "start");
        Assert.StartsWith($"{running.Pid}\n", await File.ReadAllTextAsync(_ccr.PidFile), StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_hard_kill_the_next_start_takes_over()
    {
        var port = CcrProgram.FreePort();
        _ccr.WriteConfig(port);
        await (await _ccr.StartAsync(port, "start")).KillAsync();
        Assert.True(File.Exists(_ccr.PidFile));
        var next = await _ccr.StartAsync(port, "start");
        Assert.StartsWith($"{next.Pid}\n", await File.ReadAllTextAsync(_ccr.PidFile), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_starts_in_the_background_with_the_options_of_before()
    {
        int inFile = CcrProgram.FreePort(), given = CcrProgram.FreePort();
        _ccr.WriteConfig(inFile);
        var config = _ccr.Write("other.json", await File.ReadAllTextAsync(_ccr.WriteConfig(inFile)));
        var before = await _ccr.StartAsync(given, "start", "--config", config, "--port", $"{given}");

        var restart = await _ccr.RunAsync("restart");
        try
        {
            Assert.Equal((0, ""), (restart.ExitCode, restart.Error));
            Assert.StartsWith($"✓ ccr is running on http://127.0.0.1:{given} (pid ", restart.Output, StringComparison.Ordinal);
            Assert.Equal(0, await before.ExitCodeAsync());
            Assert.Contains($"config  {config}\n", (await _ccr.RunAsync("status")).Output, StringComparison.Ordinal);
            Assert.True(await CcrProgram.AnswersAsync(given, until: () => false));

            // Nothing is stopped for a configuration that could not be started again.
            await File.WriteAllTextAsync(config, "{ nonsense");
            Assert.Equal(1, (await _ccr.RunAsync("restart")).ExitCode);
            Assert.True(await CcrProgram.AnswersAsync(given, until: () => false));
        }
        finally
        {
            Assert.Equal(0, (await _ccr.RunAsync("stop")).ExitCode);
        }
    }

    [Fact]
    public async Task A_target_on_the_command_line_needs_no_file_and_survives_a_restart()
    {
        var port = CcrProgram.FreePort();
        var running = await _ccr.StartAsync(port, "start", "--port", $"{port}", "--target-url", "http://127.0.0.1:9", "--model", "m", "--allow-anthropic-only");
        var restart = await _ccr.RunAsync("restart");
        try
        {
            Assert.Equal((0, ""), (restart.ExitCode, restart.Error));
            Assert.Equal(0, await running.ExitCodeAsync());
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            Assert.Equal("{\"mode\":\"target\"}", await client.GetStringAsync("/api/mode"));
            using var allowed = await client.PutAsync("/api/mode", new StringContent("{\"mode\":\"anthropic-only\"}"));
            Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        }
        finally
        {
            Assert.Equal(0, (await _ccr.RunAsync("stop")).ExitCode);
        }
    }

    [Fact]
    public async Task Restart_stops_nothing_when_the_new_port_is_taken()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = ((IPEndPoint)other.LocalEndpoint).Port;
        var port = CcrProgram.FreePort();
        _ccr.WriteConfig(port);
        await _ccr.StartAsync(port, "start");
        var restart = await _ccr.RunAsync("restart", "--port", $"{taken}");
        Assert.Equal((1, ""), (restart.ExitCode, restart.Output));
        Assert.StartsWith($"ccr: port {taken} on 127.0.0.1 is in use by another program; ", restart.Error, StringComparison.Ordinal);
        Assert.True(await CcrProgram.AnswersAsync(port, until: () => false));
    }

    [Fact]
    public async Task Restart_says_why_the_new_one_ended()
    {
        _ccr.WriteConfig(CcrProgram.FreePort());
        // The new ccr cannot lock its pid files.
        Directory.CreateDirectory(Path.Combine(_ccr.Home, ".claude-code-router", ".claude-code-router.lock"));
        var restart = await _ccr.RunAsync("restart");
        Assert.Equal((1, ""), (restart.ExitCode, restart.Output));
        Assert.StartsWith("ccr: the new ccr ended at once: ccr: Access to the path ", restart.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_verb_the_orchestrator_decides_the_address()
    {
        var port = CcrProgram.FreePort();
        _ccr.WriteConfig(CcrProgram.FreePort());
        _ccr.Variables["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        await _ccr.StartAsync(port);
        Assert.False(File.Exists(_ccr.PidFile));
    }

    [Fact]
    public async Task Without_a_verb_a_broken_configuration_ends_the_service_with_one_line()
    {
        var config = _ccr.Write("c.json", "{\n PORT: 'x' }");
        _ccr.Variables["ASPNETCORE_URLS"] = "http://127.0.0.1:1";
        _ccr.Variables["CCR_CONFIG"] = config;
        Assert.Equal((1, "", $"{config}:2 PORT: must be a whole number from 1 to 65535\n"), await _ccr.RunAsync());
    }

    [Fact]
    public async Task A_status_may_ask_for_a_ccr_that_was_started_elsewhere()
    {
        var port = CcrProgram.FreePort();
        _ccr.Variables["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        _ccr.WriteConfig(port);
        await _ccr.StartAsync(port);
        Assert.Equal((0, $"✓ ccr is running on http://127.0.0.1:{port}\n", ""), await _ccr.RunAsync("status", "--port", port.ToString(CultureInfo.InvariantCulture)));
        var none = CcrProgram.FreePort();
        Assert.Equal((1, "", $"ccr: not running on http://127.0.0.1:{none}: nothing listens there\n"), await _ccr.RunAsync("status", "--port", $"{none}"));
    }

    [Fact]
    public async Task Without_a_file_the_demo_starts_when_the_simulator_is_named()
    {
        var port = CcrProgram.FreePort();
        _ccr.Variables["CCR_DEMO_UPSTREAM"] = "http://127.0.0.1:9";
        await _ccr.StartAsync(port, "start", "--port", $"{port}");
    }
}
