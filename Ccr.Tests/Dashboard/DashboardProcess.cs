using System.Collections.Concurrent;
using System.Diagnostics;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Dashboard;

/// <summary>The built dashboard as a program of its own, started the way anyone starts it: its dll, from its own folder of binaries.</summary>
internal sealed class DashboardProcess : IDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private DashboardProcess(string url, string proxy, string? redis)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(Part.Repository, "Ccr.Dashboard.Web", "bin", framework.Parent!.Name, framework.Name, "Ccr.Dashboard.Web.dll");
        Assert.True(File.Exists(program), $"{program} is not built");
        var start = new ProcessStartInfo(Part.Program("dotnet")!)
        {
            ArgumentList = { program, "--urls", url },
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["services__proxy__http__0"] = proxy, ["DOTNET_ENVIRONMENT"] = "Production", ["ASPNETCORE_ENVIRONMENT"] = "Production", ["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Information" },
        };
        start.Environment.Remove("ASPNETCORE_URLS");
        start.Environment.Remove("ConnectionStrings__redis");
        if (redis is not null)
        {
            start.Environment["ConnectionStrings__redis"] = redis;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Take(e.Data);
        _process.ErrorDataReceived += (_, e) => Take(e.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where it listens.</summary>
    public string Address => _address.Task.Result;

    /// <summary>What it has written so far.</summary>
    public string Log => string.Join('\n', _lines);

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<DashboardProcess> StartAsync(string proxy, string? redis = null, string url = "http://127.0.0.1:0")
    {
        var dashboard = new DashboardProcess(url, proxy, redis);
        await dashboard._address.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return dashboard;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            _address.TrySetException(new InvalidOperationException($"The dashboard ended before it listened:\n{Log}"));
            return;
        }

        _lines.Enqueue(line);
        var at = line.IndexOf(Listening, StringComparison.Ordinal);
        if (at >= 0)
        {
            _address.TrySetResult(line[(at + Listening.Length)..].Trim());
        }
    }
}
