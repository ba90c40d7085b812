using System.Diagnostics;
using System.Text;
using Aspire.Hosting.Running;

namespace Ccr.Tests.AppModel;

/// <summary>A program that a test runs, and what it has written.</summary>
internal sealed class ProgramRun : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private ProgramRun(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => Append(_output, e.Data);
        process.ErrorDataReceived += (_, e) => Append(_error, e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public string Output => Read(_output);

    public string Error => Read(_error);

    public StreamWriter Input => _process.StandardInput;

    /// <summary>Starts a .NET program; a variable set to null is removed.</summary>
    public static ProgramRun Start(string assembly, IEnumerable<string> args, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(Programs.DotNet()) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        start.ArgumentList.Add(assembly);
        args.ToList().ForEach(start.ArgumentList.Add);
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        return new ProgramRun(Process.Start(start)!);
    }

    public static ProgramRun StartProbe(params string[] args)
        => Start(Built.Probe, args);

    /// <summary>Waits for the end and returns the exit code.</summary>
    public async Task<int> EndAsync()
    {
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The program still runs. It wrote:\n{Output}\n{Error}");
        }

        return _process.ExitCode;
    }

    /// <summary>Waits until the output has a text, and returns the output.</summary>
    public async Task<string> SaysAsync(string text)
    {
        await EventuallyAsync(() => Output.Contains(text, StringComparison.Ordinal) || _process.HasExited, () => $"'{text}' was not written. What was:\n{Output}\n{Error}");
        return Output.Contains(text, StringComparison.Ordinal) ? Output : throw new InvalidOperationException($"The program ended without '{text}'. It wrote:\n{Output}\n{Error}");
    }

    /// <summary>Waits for a condition about other processes.</summary>
    public static async Task EventuallyAsync(Func<bool> condition, Func<string> otherwise)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException(otherwise());
            }

            await Task.Delay(20);
        }
    }

    public void Kill() => _process.Kill(entireProcessTree: false);

    /// <summary>Sends a signal, as a terminal or a service manager does.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static void Append(StringBuilder builder, string? line)
    {
        if (line is not null)
        {
            lock (builder)
            {
                builder.Append(line).Append('\n');
            }
        }
    }

    private static string Read(StringBuilder builder)
    {
        lock (builder)
        {
            return builder.ToString();
        }
    }
}
