using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Ccr.Tests.Configuration;

namespace Ccr.Tests.Cli;

/// <summary>The real program, as <c>dotnet ccr.dll</c>, with a home folder of its own. Kills what it started.</summary>
internal sealed class CcrProgram : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(40);

    private readonly TemporaryFolder _home = new();
    private readonly ConcurrentBag<Process> _started = [];

    /// <summary>Variables of this home's runs, over a bare environment.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    public string Home => _home.Root;

    public string PidFile => _home.File(".claude-code-router/.claude-code-router.pid");

    /// <summary>A port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public string Write(string name, string text) => _home.Write(name, text);

    /// <summary>Writes the usual configuration with one provider, and returns its path.</summary>
    public string WriteConfig(int port, string more = "") => Write(
        ".claude-code-router/config.json",
        $"{{ PORT: {port}, {more}\n Providers: [{{ name: 'p', api_base_url: 'http://127.0.0.1:9/v1', models: ['m'] }}],\n Router: {{ default: 'p,m' }} }}");

    /// <summary>Runs a command line to its end.</summary>
    public async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Launch(arguments);
        using var deadline = new CancellationTokenSource(Deadline);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"ccr {string.Join(' ', arguments)} did not end.");
        }
    }

    /// <summary>Starts a command line that stays, and waits until its /health answers.</summary>
    public async Task<RunningCcr> StartAsync(int port, params string[] arguments)
    {
        var process = Launch(arguments);
        _started.Add(process);
        var running = new RunningCcr(process);
        if (!await AnswersAsync(port, until: () => process.HasExited))
        {
            throw new InvalidOperationException($"ccr {string.Join(' ', arguments)} did not answer on port {port}: {running.Output}");
        }

        return running;
    }

    /// <summary>Waits until /health on the port answers; false when <paramref name="until"/> came first.</summary>
    public static async Task<bool> AnswersAsync(int port, Func<bool> until)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var deadline = new CancellationTokenSource(Deadline);
        while (!until())
        {
            try
            {
                using var response = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/health"), deadline.Token);
                return response.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(25, deadline.Token);
            }
        }

        return false;
    }

    public void Dispose()
    {
        foreach (var process in _started)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
            }

            process.Dispose();
        }

        _home.Dispose();
    }

    private Process Launch(string[] arguments)
    {
        var start = new ProcessStartInfo(Parts.Part.Program("dotnet") ?? Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Home,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "ccr.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // Settings of the machine that runs the tests must not reach the program.
        foreach (var name in start.Environment.Keys.Where(n => n.StartsWith("CCR_", StringComparison.Ordinal) || n.StartsWith("ASPNETCORE_", StringComparison.Ordinal)
            || n is "URLS" or "DOTNET_URLS" or "SERVICE_PORT").ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["HOME"] = Home;
        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
