using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ccr.Bench.Processes;

/// <summary>A program that runs beside the bench, with nothing of this machine's settings, and ends with it.</summary>
internal sealed class ChildProgram : IAsyncDisposable
{
    private const int KeptOutput = 8000;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly StringBuilder _output = new();
    private readonly Process _process;

    private ChildProgram(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>A port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts a program of the solution (a .dll) or of the machine.</summary>
    public static ChildProgram Start(string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>>? variables = null)
    {
        var managed = program.EndsWith(".dll", StringComparison.Ordinal);
        var start = new ProcessStartInfo(managed ? Programs.OnPath("dotnet") ?? Environment.ProcessPath! : program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in managed ? [program, .. arguments] : arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var name in start.Environment.Keys.Where(n => n.StartsWith("CCR_", StringComparison.Ordinal) || n.StartsWith("ASPNETCORE_", StringComparison.Ordinal)
            || n is "URLS" or "DOTNET_URLS" or "SERVICE_PORT" or "ConnectionStrings__redis").ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in variables ?? [])
        {
            start.Environment[name] = value;
        }

        return new ChildProgram(Process.Start(start)!);
    }

    /// <summary>Waits until that address answers.</summary>
    public async Task WhenAnsweringAsync(Uri health, CancellationToken cancel)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await WhenAsync(async () => (await http.GetAsync(health, cancel)).IsSuccessStatusCode, cancel);
    }

    /// <summary>Waits until a TCP connection is taken.</summary>
    public Task WhenListeningAsync(int port, CancellationToken cancel) => WhenAsync(
        async () =>
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, cancel);
            return true;
        },
        cancel);

    /// <summary>SIGKILL: no goodbye.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private async Task WhenAsync(Func<Task<bool>> ready, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if (await ready())
                {
                    return;
                }
            }
            catch (Exception notYet) when (notYet is HttpRequestException or SocketException)
            {
                // It is still starting.
            }

            if (_process.HasExited || clock.Elapsed > StartLimit)
            {
                throw new InvalidOperationException(string.Create(
                    CultureInfo.InvariantCulture, $"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)} did not start: {Output()}"));
            }

            await Task.Delay(50, cancel);
        }
    }

    private void Keep(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
            if (_output.Length > KeptOutput)
            {
                _output.Remove(0, _output.Length - KeptOutput);
            }
        }
    }

    private string Output()
    {
        lock (_output)
        {
            return _output.ToString();
        }
    }
}
