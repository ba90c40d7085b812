using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Ccr.Standins.EmbeddedRedis;

namespace Ccr.Tests.EmbeddedRedis;

/// <summary>The server as a program: what it prints, how it stops, how it refuses.</summary>
public sealed class ProgramTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ccr-program-");
    private readonly List<Process> _started = [];

    public void Dispose()
    {
        foreach (var process in _started)
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            process.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task It_says_where_it_listens_and_stops_on_a_signal_with_its_data_saved()
    {
        var snapshot = Path.Combine(_folder.FullName, "new", "data.ccr");
        var process = Start("--port", "0", "--snapshot", snapshot);
        await using (var client = await RespConnection.OpenAsync(await ReadyAsync(process)))
        {
            Assert.Equal("-NOAUTH Authentication required.", (await client.CallAsync("SET k v")).ToString());
            await client.CallAsync("AUTH secret");
            Assert.Equal("+OK", (await client.CallAsync("SET k v")).ToString());
            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            Assert.Equal((0, "", ""), await EndAsync(process));
        }

        var next = Start("--snapshot", snapshot);
        await using (var client = await RespConnection.OpenAsync(await ReadyAsync(next)))
        {
            await client.CallAsync("AUTH secret");
            Assert.Equal("$1:v", (await client.CallAsync("GET k")).ToString());
            using var kill = Process.Start("kill", ["-INT", next.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            Assert.Equal((0, "", ""), await EndAsync(next));
        }
    }

    [Fact]
    public async Task It_stops_when_its_parent_closes_the_pipe()
    {
        var process = Start("--bind", "127.0.0.1");
        await ReadyAsync(process);
        process.StandardInput.Close();
        Assert.Equal((0, "", ""), await EndAsync(process));
    }

    [Fact]
    public async Task A_broken_snapshot_is_one_line_and_exit_code_1()
    {
        var snapshot = Path.Combine(_folder.FullName, "data.ccr");
        await File.WriteAllTextAsync(snapshot, "nonsense and more");
        var (code, output, error) = await EndAsync(Start("--snapshot", snapshot));
        Assert.Equal((1, ""), (code, output));
        Assert.Equal($"The snapshot {snapshot} cannot be loaded: It does not begin as a snapshot of this server does. Remove or replace the file, or start without --snapshot.\n", error);
    }

    [Fact]
    public async Task A_port_in_use_is_one_line_and_exit_code_1()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var (code, output, error) = await EndAsync(Start("--port", $"{port}"));
        Assert.Equal((1, ""), (code, output));
        Assert.Matches($"^Cannot listen on 127.0.0.1 port {port}: .*--port 0 takes a free one.\n$", error);
    }

    [Theory]
    [InlineData("--nonsense", "unknown argument --nonsense")]
    [InlineData("--port", "--port needs a value")]
    [InlineData("--port x", "--port must be a number from 0 (a free port) to 65535, not x")]
    [InlineData("--port 65536", "--port must be a number")]
    [InlineData("--port -1", "--port must be a number")]
    [InlineData("--bind nowhere", "--bind must be an IP address such as 127.0.0.1, not nowhere")]
    [InlineData("--bind", "--bind needs a value")]
    [InlineData("--snapshot", "--snapshot needs a value")]
    public void Bad_arguments_are_named(string arguments, string problem)
    {
        Assert.Null(CommandLine.Parse(arguments.Split(' '), null, out var message));
        Assert.StartsWith(problem, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public async Task Bad_arguments_end_with_exit_code_2()
    {
        var (code, output, error) = await EndAsync(Start("--port", "many"));
        Assert.Equal((2, "", "--port must be a number from 0 (a free port) to 65535, not many\n"), (code, output, error));
    }

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Ccr.Standins.EmbeddedRedis.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["REDIS_PASSWORD"] = "secret";
        start.Environment["CCR_PARENT_PIPE"] = "1";
        var process = Process.Start(start)!;
        _started.Add(process);
        return process;
    }

    private static async Task<IPEndPoint> ReadyAsync(Process process)
    {
        using var timeout = new CancellationTokenSource(Patience);
        var line = await process.StandardOutput.ReadLineAsync(timeout.Token);
        Assert.Matches("^ready 127\\.0\\.0\\.1:[0-9]+$", line);
        return IPEndPoint.Parse(line!["ready ".Length..]);
    }

    private static async Task<(int Code, string Output, string Error)> EndAsync(Process process)
    {
        using var timeout = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var error = process.StandardError.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);
        return (process.ExitCode, await output, await error);
    }
}
