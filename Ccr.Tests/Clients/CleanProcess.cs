using System.Diagnostics;
using System.Text;

namespace Ccr.Tests.Clients;

/// <summary>Runs a program in a fresh home and an environment of its own, within a time limit; nothing of it survives the run.</summary>
internal sealed class CleanProcess : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("ccr-client-");

    public CleanProcess()
    {
        Home = _root.CreateSubdirectory("home").FullName;
        Work = _root.CreateSubdirectory("work").FullName;
    }

    /// <summary>The program's HOME; empty at first.</summary>
    public string Home { get; }

    /// <summary>The program's working folder; empty at first.</summary>
    public string Work { get; }

    /// <summary>Runs to the end, or kills the program with all its children when the limit has passed.</summary>
    public async Task<ProcessOutcome> RunAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, TimeSpan limit)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Work,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        start.Environment["HOME"] = Home;
        start.Environment["TMPDIR"] = _root.CreateSubdirectory("tmp").FullName;
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["TERM"] = "dumb";
        start.Environment["NO_COLOR"] = "1";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var time = new CancellationTokenSource(limit);
        var timedOut = false;
        try
        {
            await process.WaitForExitAsync(time.Token);
        }
        catch (OperationCanceledException)
        {
            timedOut = true;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }

        return new ProcessOutcome(process.ExitCode, timedOut, await output, await error);
    }

    public void Dispose() => _root.Delete(recursive: true);
}
