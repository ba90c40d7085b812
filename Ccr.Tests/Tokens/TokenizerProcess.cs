using System.Diagnostics;

namespace Ccr.Tests.Tokens;

/// <summary>The tokenizer service as its own process, on a free port.</summary>
internal sealed class TokenizerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TokenizerProcess(Process process)
    {
        _process = process;
    }

    /// <summary>All lines so far.</summary>
    public List<string> Lines { get; } = [];

    public static TokenizerProcess Start(params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Ccr.TokenizerService.dll"), "--Kestrel:EndpointDefaults:Protocols=Http2"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Information";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var own = new TokenizerProcess(new Process { StartInfo = start });
        own._process.OutputDataReceived += (_, e) => own.Take(e.Data);
        own._process.ErrorDataReceived += (_, e) => own.Take(e.Data);
        own._process.Start();
        own._process.BeginOutputReadLine();
        own._process.BeginErrorReadLine();
        return own;
    }

    public Task<Uri> AddressAsync() => _address.Task.WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>Sends SIGTERM.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public async Task<int> ExitAsync(TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Take(string? line)
    {
        lock (Lines)
        {
            Lines.Add(line ?? "");
        }

        const string Listening = "Now listening on: ";
        var at = line?.IndexOf(Listening, StringComparison.Ordinal) ?? -1;
        if (at >= 0)
        {
            _address.TrySetResult(new Uri(line![(at + Listening.Length)..]));
        }
    }
}
